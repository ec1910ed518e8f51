import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Run {
  /** For people. */
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** On top of what every child has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs: number;
  /** Told of each line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Programs of Node that this test starts: each is ended after its time, and all are when the test ends, however it does. */
export interface Children {
  /** Resolves with all that it said when it ends well; its last lines are in the error otherwise. */
  run(what: Run): Promise<string>;
  endAll(): void;
}

const LINES_IN_ERROR = 30;

/** @param environment all that children see; nothing of this process's own */
export function createChildren(environment: Readonly<Record<string, string>>, interrupted: AbortSignal): Children {
  const running = new Set<ChildProcess>();
  const endAll = () => running.forEach(kill);
  process.once('exit', endAll);
  interrupted.addEventListener('abort', endAll);
  return {
    run: ({ name, args, cwd, env, limitMs, onLine }) =>
      new Promise((resolve, reject) => {
        interrupted.throwIfAborted();
        // A process group of its own: what it starts itself ends with it.
        const child = spawn(process.execPath, args, {
          cwd,
          env: { ...environment, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
          detached: true,
        });
        running.add(child);
        const said: string[] = [];
        for (const output of [child.stdout, child.stderr])
          createInterface({ input: output }).on('line', (line) => {
            said.push(line);
            onLine?.(line);
          });
        let isLate = false;
        const limit = setTimeout(() => {
          isLate = true;
          kill(child);
        }, limitMs);
        child.once('error', reject);
        child.once('close', (code, signal) => {
          clearTimeout(limit);
          running.delete(child);
          if (code === 0) return resolve(said.join('\n'));
          const how = isLate ? `did not end within ${limitMs / 1000} s` : `ended with ${signal ?? `code ${code}`}`;
          reject(new Error(`${name} ${how}:\n${said.slice(-LINES_IN_ERROR).join('\n')}`));
        });
      }),
    endAll,
  };
}

function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
