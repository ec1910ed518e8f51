import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zeroShadow } from '../../training/shadow';
import { doneThenKilled } from '../contracts/killed-process';
import { describeShadowTally } from '../contracts/shadow-tally.contract';
import { openShadowFile, type ShadowFile } from './shadow-file';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-shadow-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let files = 0;
const fresh = () => path.join(root, `${files++}`, 'shadow.json');
const throws = (error: unknown) => {
  throw error;
};
const COUNTS = { vectors: 10, both: 1, onlyChampion: 2, onlyChallenger: 3, failed: 0 };

/** On disk, as another process sees it. */
async function onDisk(shadow: ShadowFile, file: string, run: string, vectors: number): Promise<void> {
  await shadow.close();
  expect((await openShadowFile(file, throws).tally(run, 0, 0)).vectors).toBe(vectors);
}

describeShadowTally('the file', Date.UTC(2026, 10, 22), async () => {
  const shadow = openShadowFile(fresh(), throws);
  return {
    tally: shadow,
    async tell(run, _, counts) {
      shadow.add(run, counts);
      await shadow.close();
    },
  };
});

describe('the file of shadows', () => {
  it('is written by itself', async () => {
    const file = fresh();
    const shadow = openShadowFile(file, throws);
    shadow.add('run-1', COUNTS);
    while ((await shadow.tally('run-1', 0, 0)).vectors === 0) await new Promise((over) => setTimeout(over, 20));
    shadow.add('run-1', COUNTS);
    await onDisk(shadow, file, 'run-1', 20);
  });

  it('goes on where the last process stopped, and loses none of what was written when that was killed', async () => {
    const file = fresh();
    await doneThenKilled(
      path.join(__dirname, 'shadow-file.ts'),
      `const shadow = module.openShadowFile(${JSON.stringify(file)}, () => undefined);
       shadow.add('run-1', ${JSON.stringify(COUNTS)});
       await shadow.close();
       shadow.add('run-1', ${JSON.stringify(COUNTS)});`,
    );
    const shadow = openShadowFile(file, throws);
    shadow.add('run-1', COUNTS);
    await onDisk(shadow, file, 'run-1', 20);
  });

  it('keeps the newest hundred runs', async () => {
    const file = fresh();
    const shadow = openShadowFile(file, throws);
    for (let run = 0; run <= 100; run++) shadow.add(`run-${run}`, COUNTS);
    await onDisk(shadow, file, 'run-1', 10);
    expect(await shadow.tally('run-0', 0, 0)).toEqual(zeroShadow());
  });

  it('that holds something else is told, and begun anew by who counts', async () => {
    const file = fresh();
    const problems: string[] = [];
    const shadow = openShadowFile(file, (error) => problems.push(String(error)));
    shadow.add('run-1', COUNTS);
    await shadow.close();
    writeFileSync(file, '{"version": 1, "runs": [{"run": ');
    await expect(shadow.tally('run-1', 0, 0)).rejects.toThrow(`${file} holds no counts of challengers`);
    const another = openShadowFile(file, (error) => problems.push(String(error)));
    another.add('run-2', COUNTS);
    await another.close();
    expect(problems).toEqual([expect.stringContaining('remove it to begin anew')]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, runs: [{ run: 'run-2', ...COUNTS }] });
  });

  it('that cannot be written is told, and what was not written is written later', async () => {
    const file = fresh();
    const problems: unknown[] = [];
    writeFileSync(path.dirname(file), 'in the way');
    const shadow = openShadowFile(file, (error) => problems.push(error));
    shadow.add('run-1', COUNTS);
    await shadow.close();
    expect(problems.length).toBeGreaterThan(0);
    rmSync(path.dirname(file));
    shadow.add('run-1', COUNTS);
    await onDisk(shadow, file, 'run-1', 20);
  });
});
