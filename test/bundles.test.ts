import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundlePrograms } from './e2e/programs';

const programs = bundlePrograms('everything');
afterAll(() => programs.remove());
const folder = path.join(path.dirname(programs.script), '..', '..');
const image = 'images/model-server/main.mjs';

test('the model server’s image has all it needs in one file', async () => {
  const alone = mkdtempSync(path.join(tmpdir(), 'tidewatch-image-'));
  copyFileSync(path.join(folder, image), path.join(alone, 'main.mjs'));
  const server = spawn(process.execPath, [path.join(alone, 'main.mjs'), 'serve', '--port', '0'], { cwd: alone });
  const [said] = (await once(server.stdout, 'data')) as [Buffer];
  const { listening } = JSON.parse(String(said)) as { listening: string };
  expect((await fetch(`${listening}/ping`)).status).toBe(200);
  server.kill('SIGTERM');
  await once(server, 'exit');
  rmSync(alone, { recursive: true });
});

/** Templates name functions by the hash of their bundles: a bundle must be the same wherever and whenever it is made. */
test('no deployed bundle holds the path or the time at which it was made', () => {
  const functions = readdirSync(path.join(folder, 'lambdas')).map((name) => `lambdas/${name}/handler.mjs`);
  expect(functions.length).toBeGreaterThan(3);
  const root = path.join(__dirname, '..');
  const now = new Date().toISOString().slice(0, 13);
  for (const file of [...functions, image]) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    for (const trace of [root, folder, now, process.env['HOME'] ?? root]) {
      expect({ file, trace, isThere: text.includes(trace) }).toEqual({ file, trace, isThere: false });
    }
  }
});
