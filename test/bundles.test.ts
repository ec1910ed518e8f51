import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundlePrograms } from './e2e/programs';

/** Templates name functions by the hash of their bundles: a bundle must be the same wherever and whenever it is made. */
test('no deployed bundle holds the path or the time at which it was made', () => {
  const programs = bundlePrograms();
  try {
    const folder = path.join(path.dirname(programs.script), '..', '..');
    const functions = readdirSync(path.join(folder, 'lambdas')).map((name) => `lambdas/${name}/handler.mjs`);
    expect(functions.length).toBeGreaterThan(3);
    const root = path.join(__dirname, '..');
    const now = new Date().toISOString().slice(0, 13);
    for (const file of [...functions, 'images/model-server/main.mjs']) {
      const text = readFileSync(path.join(folder, file), 'utf8');
      for (const trace of [root, folder, now, process.env['HOME'] ?? root]) {
        expect({ file, trace, isThere: text.includes(trace) }).toEqual({ file, trace, isThere: false });
      }
    }
  } finally {
    programs.remove();
  }
});
