import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { counted } from '../../shared/adapters/contracts/distribution-log.contract';
import { createDriftReferences } from '../../shared/adapters/drift/document-references';
import { openFolderDistributionLog } from '../../shared/adapters/drift/folder-distribution-log';
import { openFileDocument } from '../../shared/adapters/live/file-document';
import { FEATURE_SCHEMA_VERSION } from '../../shared/detection/model';
import type { Distributions } from '../../shared/training/distributions';
import type { DriftLook } from '../../shared/training/drift-look';
import type { Trigger } from '../../shared/training/plan';
import type { Services } from './services';
import { type DriftEnd, watchDrift } from './watch-drift';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-drift-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 30, 9);

/** A watch over a folder of its own, with all that it said and started. */
function watch({ limit = 0.25, vectorsMin = 100, hasStarter = true } = {}) {
  const folder = path.join(root, `${folders++}`);
  const said = { idle: [] as string[], looks: [] as DriftLook[], started: [] as [string, boolean][] };
  const runs: [string, Trigger][] = [];
  const log = openFolderDistributionLog(path.join(folder, 'distributions'));
  const references = createDriftReferences(openFileDocument(path.join(folder, 'reference.json')));
  const services: Services = {
    ...{ log, references, now: () => NOW, rules: { limit, vectorsMin, windowMs: DAY_MS } },
    starter: hasStarter
      ? {
          async start(run, trigger) {
            const isNew = !runs.some(([known]) => known === run);
            if (isNew) runs.push([run, trigger]);
            return isNew;
          },
        }
      : undefined,
    observe: {
      idle: (why) => void said.idle.push(why),
      looked: (look) => void said.looks.push(look),
      started: (run, isNew) => void said.started.push([run, isNew]),
    },
  };
  const trained = (distributions: Distributions, at = NOW - 10 * DAY_MS, run = 'run-1', scoresOf = {}) =>
    references.write({ run, at, distributions: { ...distributions.toJSON(), scoresOf } });
  const trainedOnSchema = (schema: number) =>
    references.write({ run: 'run-1', at: NOW - 10 * DAY_MS, distributions: { ...usual().toJSON(), schema } });
  const live = (distributions: Distributions, from = NOW - HOUR_MS) => log.add({ process: 'p', from }, [distributions]);
  const look = (changes: Partial<Services> = {}) => watchDrift({ ...services, ...changes });
  return { trained, trainedOnSchema, live, look, said, runs };
}

const usual = (vectors = 1_000) => counted(vectors, { novelty: 1 });
const other = (vectors = 1_000) => counted(vectors, { novelty: 4, score: 0.6 });

describe('a look for drift', () => {
  it.each<[string, (to: ReturnType<typeof watch>) => Promise<unknown>, DriftEnd, number]>([
    ['without a training has nothing to compare with', ({ live }) => live(other()), 'no-reference', 0],
    [
      'beside a training on vectors of another schema has nothing to compare with',
      async ({ trainedOnSchema, live }) => [await trainedOnSchema(FEATURE_SCHEMA_VERSION - 1), await live(other())],
      'no-reference',
      0,
    ],
    ['without live vectors says nothing', ({ trained }) => trained(usual()), 'few-vectors', 0],
    [
      'with too few says nothing',
      async ({ trained, live }) => [await trained(usual()), await live(other(99))],
      'few-vectors',
      0,
    ],
    [
      'at enough vectors that are as they were finds no drift',
      async ({ trained, live }) => [await trained(usual()), await live(usual(100))],
      'no-drift',
      0,
    ],
    [
      'at others finds drift, and training starts',
      async ({ trained, live }) => [await trained(usual()), await live(other(100))],
      'drift',
      1,
    ],
    [
      'does not see what was a day ago',
      async ({ trained, live }) => [
        await trained(usual()),
        await live(other(), NOW - DAY_MS - 1),
        await live(usual(), NOW - DAY_MS),
      ],
      'no-drift',
      0,
    ],
    [
      'finds drift but starts nothing within a day of a training',
      async ({ trained, live }) => [await trained(usual(), NOW - DAY_MS + 1), await live(other())],
      'drift',
      0,
    ],
    [
      'starts a day after it',
      async ({ trained, live }) => [await trained(usual(), NOW - DAY_MS), await live(other())],
      'drift',
      1,
    ],
    [
      'starts nothing within a week of a training that drift had started',
      async ({ trained, live }) => [await trained(usual(), NOW - 6 * DAY_MS, 'drift-2026-11-24'), await live(other())],
      'drift',
      0,
    ],
    [
      'starts a week after it',
      async ({ trained, live }) => [await trained(usual(), NOW - 7 * DAY_MS, 'drift-2026-11-23'), await live(other())],
      'drift',
      1,
    ],
  ])('%s', async (_, happened, end, started) => {
    const under = watch();
    await happened(under);
    expect(await under.look()).toBe(end);
    expect(under.runs).toHaveLength(started);
    expect(under.said.looks).toHaveLength(end === 'drift' || end === 'no-drift' ? 1 : 0);
    expect(under.said.idle).toHaveLength(end === 'drift' || end === 'no-drift' ? 0 : 1);
  });

  it('starts training once a day, however often it looks', async () => {
    const { trained, live, look, said, runs } = watch();
    await trained(usual());
    await live(other());
    for (let hour = 0; hour < 3; hour++) await look();
    await look({ now: () => NOW + 20 * HOUR_MS });
    expect(runs).toEqual([
      ['drift-2026-11-30', 'drift'],
      ['drift-2026-12-01', 'drift'],
    ]);
    expect(said.started.map(([, isNew]) => isNew)).toEqual([true, false, false, true]);
  });

  it('tells what has moved, and whereto', async () => {
    const { trained, live, look, said } = watch();
    await trained(usual());
    await live(other());
    await look();
    expect(said.looks[0]!.past).toEqual([
      expect.stringMatching(/^(novelty|score) \d+\.\d\d: .* are larger$/),
      expect.stringMatching(/^(novelty|score) \d+\.\d\d: .* are larger$/),
    ]);
    expect(said.looks[0]!.max).toBe(said.looks[0]!.indices[0]![1]);
  });

  it('goes by the limit that is given', async () => {
    const { trained, live, look, runs } = watch({ limit: 100 });
    await trained(usual());
    await live(other());
    expect(await look()).toBe('no-drift');
    expect(runs).toEqual([]);
  });

  it('compares no scores of another model, and all else', async () => {
    const { trained, live, look, said } = watch();
    await trained(usual());
    await live(counted(1_000, { novelty: 1, score: 0.9, model: 'another' }));
    expect(await look()).toBe('no-drift');
    expect(said.looks[0]!.score).toBeUndefined();
  });

  it('compares the scores of the model that is live, if training knew of it', async () => {
    const { trained, live, look, said } = watch();
    const by = (score: number) => counted(1_000, { novelty: 1, score, model: 'weighted-1' });
    await trained(usual(), NOW - 10 * DAY_MS, 'run-1', { 'weighted-1': [...by(0.4).scoreCounts()] });
    await live(by(0.9));
    expect(await look()).toBe('drift');
    expect(said.looks[0]!.past).toEqual([expect.stringMatching(/^score \d+\.\d\d: anomaly scores are larger$/)]);
    const other = watch();
    await other.trained(usual(), NOW - 10 * DAY_MS, 'run-1', { 'weighted-1': [...by(0.4).scoreCounts()] });
    await other.live(by(0.4));
    expect([await other.look(), other.said.looks[0]!.score]).toEqual(['no-drift', 0]);
  });

  it('only tells where nothing can be started', async () => {
    const { trained, live, look, said } = watch({ hasStarter: false });
    await trained(usual());
    await live(other());
    expect(await look()).toBe('drift');
    expect(said.started).toEqual([]);
  });

  it('fails when training cannot be started, so that the alarm on the function says so', async () => {
    const { trained, live, look } = watch();
    await trained(usual());
    await live(other());
    await expect(look({ starter: { start: () => Promise.reject(new Error('away')) } })).rejects.toThrow('away');
  });
});
