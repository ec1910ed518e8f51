import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The command line in a process of its own, as `npm start -- --http` starts it. */
export interface StartedProgram {
  /** Where points are posted. */
  readonly url: Promise<string>;
  memory(): Promise<Memory>;
  /** Ctrl-C, once. Resolves when it has ended: whether everything that it took is stored, or waits in its log for the next start. */
  stop(): Promise<'all-stored' | 'some-wait'>;
}

/** Megabytes (2²⁰) of the program; what is resident also counts the processes that it has started. */
export interface Memory {
  readonly resident: number;
  /** Of it, what is no page of a file: such pages are the kernel's, which takes them back when it wants to. */
  readonly anonymous: number;
  /** Of the program alone, what JavaScript holds after a collection, with its buffers. */
  readonly held: number;
}

/** As `npm start` has it. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];

/** Of its last line, when it was stopped before all was processed. */
const WAITING = 'records wait in the log';

/** Loaded beside the program: when it is asked it collects what nobody holds, and tells what is left. */
const PROBE = `
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
if (process.channel) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('message', () => {
    collect();
    process.send(process.memoryUsage());
  });
  process.channel.unref();
}`;

/** @param folder of its data */
export function startProgram(folder: string): StartedProgram {
  const script = fileURLToPath(new URL('../../bin/tidewatch.mjs', import.meta.url));
  const probe = `data:text/javascript,${encodeURIComponent(PROBE)}`;
  const child = spawn(
    process.execPath,
    [...NODE_OPTIONS, '--import', probe, script, 'start', '--http', '0', '--data', folder],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, NO_COLOR: '1', REDIS_URL: '', INFLUX_URL: '' },
    },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout! });
  let someWait = false;
  lines.on('line', (line) => {
    someWait ||= line.includes(WAITING);
  });
  return {
    url: urlOf(child, lines),
    async memory() {
      const answered = once(child, 'message');
      child.send('memory');
      const [{ heapUsed, external }] = (await answered) as [NodeJS.MemoryUsage];
      return { ...mappedBy(child.pid!), held: (heapUsed + external) / 2 ** 20 };
    },
    async stop() {
      const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
      child.kill('SIGINT');
      await ended;
      return someWait ? 'some-wait' : 'all-stored';
    },
  };
}

function urlOf(child: ChildProcess, lines: Interface): Promise<string> {
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /(http:\/\/127\.0\.0\.1:\d+\/points)/.exec(line);
      if (found) resolve(found[1]!);
    });
    child.once('exit', (code) => reject(new Error(`tidewatch start ended with code ${code}`)));
  });
}

/** Of a process and what it has started, as the kernel counts it. */
function mappedBy(pid: number): { readonly resident: number; readonly anonymous: number } {
  const sum = { resident: 0, anonymous: 0 };
  for (const one of [pid, ...childrenOf(pid)]) {
    const text = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8');
    const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1_024;
    sum.resident += megabytes('Rss');
    sum.anonymous += megabytes('Anonymous');
  }
  return sum;
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
