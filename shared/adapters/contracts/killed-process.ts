import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Runs `body` in a process of its own that has all exports of a module as `module`, and kills that process, without any
 * warning, as soon as the body is done: what it wrote has to be on disk by then.
 *
 * @param body statements of an async function
 */
export async function doneThenKilled(modulePath: string, body: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-killed-'));
  try {
    const bundle = join(folder, 'module.cjs');
    buildSync({ entryPoints: [modulePath], outfile: bundle, bundle: true, platform: 'node', packages: 'external' });
    symlinkSync(resolve(__dirname, '../../../node_modules'), join(folder, 'node_modules'));
    const program = join(folder, 'program.cjs');
    writeFileSync(
      program,
      `(async (module) => { ${body} })(require('./module.cjs')).then(() => process.kill(process.pid, 'SIGKILL'));`,
    );
    await new Promise<void>((killed, failed) => {
      const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit'] });
      child.once('exit', (code, signal) => {
        if (signal === 'SIGKILL') killed();
        else failed(new Error(`the process ended with ${code ?? signal} before it was killed`));
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
