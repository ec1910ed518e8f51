import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** The model server as a child process. */
export interface ModelServerProcess {
  /** Where it listens; stays the same over restarts. */
  readonly url: string;
  readonly pid: () => number | undefined;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 15_000;
const RESTART_DELAY_MS = 500;

/**
 * Starts the model server beside this process and starts it again when it dies; meanwhile rows are scored by the built-in
 * model and say so.
 *
 * @param script path of its bundle
 * @param onProblem told of every unexpected end
 * @param live the live-model pointer that it follows; absent: it scores with the built-in model
 * @throws {Error} if it does not listen in time
 */
export async function startModelServerProcess(
  script: string,
  onProblem: (error: Error) => void,
  live?: string,
): Promise<ModelServerProcess> {
  let stopping = false;
  let { child, url } = await launch(script, live, 0);
  const port = Number(new URL(url).port);
  const watch = () => {
    child.once('exit', (code, signal) => {
      if (stopping) return;
      onProblem(new Error(`the model server ended (${signal ?? `code ${code}`}); it is started again`));
      void revive();
    });
  };
  const revive = async (): Promise<void> => {
    while (!stopping) {
      await pause(RESTART_DELAY_MS);
      try {
        ({ child, url } = await launch(script, live, port));
        if (stopping) child.kill('SIGTERM');
        else watch();
        return;
      } catch (error) {
        onProblem(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };
  watch();
  return {
    url,
    pid: () => child.pid,
    async stop() {
      stopping = true;
      await ended(child);
    },
  };
}

async function launch(
  script: string,
  live: string | undefined,
  port: number,
): Promise<{ child: ChildProcess; url: string }> {
  // Its own process group: Ctrl-C reaches us alone, and we end it after the last batch was scored.
  const args = [
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--with-parent',
    ...(live === undefined ? [] : ['--live', live]),
  ];
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const url = await listening(child);
  return { child, url };
}

/** The line in which it says where it listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const give = (error: Error) => {
      child.kill('SIGKILL');
      reject(error);
    };
    const timer = setTimeout(
      () => give(new Error(`the model server did not listen within ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    );
    child.once('error', give);
    child.once('exit', (code) => give(new Error(`the model server ended with code ${code} before it listened`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = listeningUrl(line);
      if (url === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners();
      child.on('error', () => undefined);
      resolve(url);
    });
  });
}

function listeningUrl(line: string): string | undefined {
  try {
    const { listening } = JSON.parse(line) as { listening?: unknown };
    return typeof listening === 'string' ? listening : undefined;
  } catch {
    return undefined;
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.once('exit', () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
