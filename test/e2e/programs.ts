import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');

/** The programs as users have them, bundled once for a test file. */
export interface Programs {
  /** The command line's bundle. */
  readonly script: string;
  /** Starts the command line; its process tree dies with the test. */
  start(args: readonly string[], options?: { readonly stdin?: string }): Running;
  /** Bundle of the model server. */
  readonly modelServer: string;
  remove(): void;
}

/** A started program and what it has said so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves once the output satisfies the condition; rejects if the program ends before. */
  said(condition: (out: string) => boolean): Promise<string>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** @param what `everything`: functions and the image of the model server too, which takes ten times as long */
export function bundlePrograms(what: 'apps' | 'everything' = 'apps'): Programs {
  // Packages stay outside the bundles and are looked for from where these stand.
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'e2e-'));
  execFileSync(process.execPath, ['build.mjs', folder, ...(what === 'apps' ? [what] : [])], {
    cwd: root,
    stdio: 'pipe',
  });
  const script = path.join(folder, 'apps', 'cli', 'main.mjs');
  const running = new Set<ChildProcess>();
  return {
    script,
    start(args, { stdin } = {}) {
      const child = spawn(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
      running.add(child);
      child.on('exit', () => running.delete(child));
      child.stdin.end(stdin ?? '');
      return follow(child);
    },
    modelServer: path.join(folder, 'apps', 'model-server', 'main.mjs'),
    remove() {
      for (const child of running) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcess): Running {
  let out = '';
  let err = '';
  const heard: (() => void)[] = [];
  child.stdout!.on('data', (chunk) => {
    out += chunk;
    for (const listener of heard) listener();
  });
  child.stderr!.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code ?? 0));
  });
  return {
    child,
    ended,
    out: () => out,
    err: () => err,
    said: (condition) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (condition(out)) resolve(out);
        };
        heard.push(look);
        look();
        void ended.then((code) => reject(new Error(`ended with ${code} before it said so: ${out}\n${err}`)), reject);
      }),
  };
}
