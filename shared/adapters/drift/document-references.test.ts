import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TrainingError } from '../../training/training-error';
import { counted } from '../contracts/distribution-log.contract';
import { openFileDocument } from '../live/file-document';
import { createDriftReferences } from './document-references';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-reference-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const reference = (run: string) => ({ run, at: 1_795_000_000_000, distributions: counted(5).toJSON() });

describe('the reference of drift', () => {
  const document = openFileDocument(path.join(root, 'models', 'reference.json'));
  beforeEach(() => document.remove());

  it('is none before the first training', async () => {
    expect(await createDriftReferences(document).read()).toBeUndefined();
  });

  it('is the one that was written last', async () => {
    for (const run of ['run-1', 'run-2']) await createDriftReferences(document).write(reference(run));
    expect(await createDriftReferences(document).read()).toEqual(reference('run-2'));
  });

  it.each([
    ['cut', '{"run": "run-1", "at": 17', 'document'],
    ['another document', '{"version": 1}', 'run'],
    ['without counts', '{"run": "run-1", "at": 1, "distributions": {}}', 'distributions.format'],
  ])('names what is wrong and the way out, when it is %s', async (_, text, field) => {
    await document.write(text);
    const reading = createDriftReferences(document).read();
    await expect(reading).rejects.toThrow(TrainingError);
    await expect(reading).rejects.toThrow(`(${field}: `);
    await expect(reading).rejects.toThrow(/train again/);
  });

  it('refuses to be written wrongly', async () => {
    await expect(createDriftReferences(document).write(reference('../run'))).rejects.toThrow();
    expect(await document.read()).toBeUndefined();
  });
});
