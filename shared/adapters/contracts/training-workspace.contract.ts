import type { TrainingWorkspace } from '../../training/ports';

/** What every place for the documents of runs promises. @param open an empty one, and after that another handle on it */
export function trainingWorkspaceContract(open: () => Promise<() => TrainingWorkspace>): void {
  let handle: () => TrainingWorkspace;
  let workspace: TrainingWorkspace;
  beforeEach(async () => {
    handle = await open();
    workspace = handle();
  });
  const text = async (run: string, name: string) => (await handle().read(run, name))?.toString();

  it('is empty at first', async () => {
    expect([await workspace.runs(), await workspace.read('none', 'plan.json')]).toEqual([[], undefined]);
  });

  it('gives a document back as it was written, to another handle as well', async () => {
    const documents = {
      'plan.json': '{"words": "line 1\\nline 2, 水 🌊"}',
      'report.html': 'x'.repeat(3_000_000),
      'a.json': '',
    };
    for (const [name, content] of Object.entries(documents)) await workspace.write('run-1', name, Buffer.from(content));
    for (const [name, content] of Object.entries(documents)) expect(await text('run-1', name)).toBe(content);
    expect(await text('run-1', 'model.json')).toBeUndefined();
  });

  it('puts a document in place of the one that was there, of this run alone', async () => {
    for (const run of ['run-1', 'run-2']) await workspace.write(run, 'plan.json', Buffer.from(`first of ${run}`));
    await handle().write('run-1', 'plan.json', Buffer.from('second'));
    expect([await text('run-1', 'plan.json'), await text('run-2', 'plan.json')]).toEqual(['second', 'first of run-2']);
  });

  it('shows whole documents to whoever reads while they are written', async () => {
    const whole = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await workspace.write('run-1', 'plan.json', Buffer.from(whole[0]!));
    const seen = new Set<string>();
    let isDone = false;
    const writing = (async () => {
      for (let i = 0; i < 20; i++) await workspace.write('run-1', 'plan.json', Buffer.from(whole[i % 2]!));
      isDone = true;
    })();
    while (!isDone) seen.add((await text('run-1', 'plan.json')) ?? 'nothing');
    await writing;
    expect([...seen].filter((content) => !whole.includes(content))).toEqual([]);
  });

  it('lists the runs that have documents, however many, in the order of their names', async () => {
    const runs = Array.from({ length: 8 }, (_, i) => `Run-${(i * 5) % 8}`);
    for (const run of runs)
      for (const name of ['plan.json', 'model.json']) await workspace.write(run, name, Buffer.from('x'));
    expect(await handle().runs()).toEqual([...runs].sort());
  });

  it.each(['', '..', '../run', 'a/b', 'a.b', 'x'.repeat(61), 'rün'])('takes no run named %j', async (run) => {
    await expect((async () => workspace.write(run, 'plan.json', Buffer.from('x')))()).rejects.toThrow();
    await expect((async () => workspace.read(run, 'plan.json'))()).rejects.toThrow();
    expect(await workspace.runs()).toEqual([]);
  });
}
