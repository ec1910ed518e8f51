import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { counted } from '../../../shared/adapters/contracts/distribution-log.contract';
import { createDriftReferences } from '../../../shared/adapters/drift/document-references';
import { openFolderDistributionLog } from '../../../shared/adapters/drift/folder-distribution-log';
import { openFileDocument } from '../../../shared/adapters/live/file-document';
import { driftLines } from '../screen/drift-lines';
import { choosePaint } from '../screen/paint';
import { startDriftWatch } from './drift-watch';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-drift-watch-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const env = {
  DISTRIBUTIONS_FOLDER: path.join(root, 'distributions'),
  REFERENCE_FILE: path.join(root, 'models', 'reference.json'),
  DRIFT_VECTORS_MIN: '100',
};
const soon = () => new Promise((over) => setTimeout(over, 10));

test('drift of live vectors is told once a day, and what cannot be read as a problem', async () => {
  const told: (readonly string[])[] = [];
  const problems: string[] = [];
  const watch = startDriftWatch(env, {
    onDrift: (words) => told.push(words),
    onProblem: (what, error) => problems.push(`${what}: ${error}`),
    everyMs: 5,
  });
  const reference = openFileDocument(env.REFERENCE_FILE);
  await reference.write('{"run": ');
  while (problems.length === 0) await soon();
  await createDriftReferences(reference).write({ run: 'run-1', at: 0, distributions: counted(500).toJSON() });
  await openFolderDistributionLog(env.DISTRIBUTIONS_FOLDER).add({ process: 'p', from: Date.now() - 60_000 }, [
    counted(500, { novelty: 4 }),
  ]);
  while (told.length === 0) await soon();
  for (let look = 0; look < 10; look++) await soon();
  await watch.stop();
  expect(told).toEqual([[expect.stringMatching(/^novelty \d+\.\d\d: /)]]);
  expect(problems[0]).toMatch(/^drift: TrainingError: .*reference\.json is no reference/);
});

test('the screen names the three that moved most', () => {
  const words = ['novelty 4.00: a', 'shape 3.00: b', 'frozen 2.00: c', 'score 1.00: d', 'breach 0.30: e'];
  expect(driftLines(words, choosePaint(false, {}))).toEqual([
    expect.stringMatching(/^drift: .*tidewatch train/),
    '  novelty 4.00: a',
    '  shape 3.00: b',
    '  frozen 2.00: c',
    '  and 2 more',
  ]);
  expect(driftLines(words.slice(0, 1), choosePaint(false, {}))).toHaveLength(2);
});
