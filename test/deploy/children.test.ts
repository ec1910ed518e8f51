import { createChildren } from './children';

const interrupted = new AbortController();
const children = createChildren({ ONLY: 'this' }, interrupted.signal);
afterAll(() => children.endAll());

/** Starts a program of its own, tells its id, and never ends. */
const ENDLESS = `
const { spawn } = require('node:child_process');
const program = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
console.log(program.pid);
setInterval(() => {}, 1000);`;

const run = (script: string, limitMs: number, onLine?: (line: string) => void) =>
  children.run({ name: 'it', args: ['-e', script], cwd: '/', limitMs, ...(onLine === undefined ? {} : { onLine }) });

async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((soon) => setTimeout(soon, 20));
  }
}

test('a child sees the environment that it is given, and nothing else', async () => {
  const said = await run('console.log(Object.keys(process.env).join())', 10_000);
  expect(said).toBe('ONLY');
});

test('what a child says last stands in the error, with its exit code', async () => {
  await expect(run('console.log("why"); process.exit(3)', 10_000)).rejects.toThrow('it ended with code 3:\nwhy');
});

test('after its time a child is ended, with whatever it has started', async () => {
  let program = 0;
  await expect(
    run(ENDLESS, 3_000, (line) => {
      program = Number(line);
    }),
  ).rejects.toThrow('it did not end within 3 s');
  expect(program).toBeGreaterThan(0);
  await untilGone(program);
});

test('an interruption ends all children', async () => {
  let program = 0;
  const ended = run(ENDLESS, 60_000, (line) => {
    program = Number(line);
    interrupted.abort(new Error('interrupted'));
  });
  await expect(ended).rejects.toThrow('ended with SIGKILL');
  await untilGone(program);
});
