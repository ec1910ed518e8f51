import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Makes a program of this folder runnable by Node and returns its path. */
export function bundleProgram(name: string, folder: string): string {
  const outfile = join(folder, `${name}.mjs`);
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    // Packages written for CommonJS call require, which a module has to make for itself.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}

/** Runs a program and kills it, by SIGKILL, as soon as what it has said fulfils a condition; resolves with all it said. */
export function runUntil(
  program: string,
  args: readonly string[],
  isEnough: (said: string) => boolean,
): Promise<{ readonly said: string; readonly killed: boolean }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (isEnough(said)) child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve({ said, killed: signal === 'SIGKILL' });
      else reject(new Error(`the program ended with ${code ?? signal}: ${complaint}`));
    });
  });
}
