import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CHANGES, type Change, changingFleet, FLEET_START } from '../bench/changing-fleet';
import { distributionsByDay, trainedReference } from '../bench/fleet-drift';
import { detectAnomalies } from '../lambdas/detect-anomalies/detect-anomalies';
import { LiveDistributions } from '../lambdas/detect-anomalies/live-distributions';
import type { Services } from '../lambdas/detect-anomalies/services';
import { type DriftEnd, watchDrift } from '../lambdas/watch-drift/watch-drift';
import { createDriftReferences } from '../shared/adapters/drift/document-references';
import { openFolderDistributionLog } from '../shared/adapters/drift/folder-distribution-log';
import { openFileDocument } from '../shared/adapters/live/file-document';
import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { DataPoint } from '../shared/domain/data-point';
import { Distributions } from '../shared/training/distributions';
import { lookForDrift, REFERENCE_MS } from '../shared/training/drift-look';
import { MemoryParts } from './factories/memory-parts';
import { streamRecord } from './factories/records';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-drift-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
const CHANGE_DAY = 12;
const DAYS = 14;
const CHANGE_AT = FLEET_START + CHANGE_DAY * DAY_MS;

/** The fleet's points through detection, a batch an hour; what it counted, and a watch over it at the end of each later day. */
async function live(change: Change) {
  const folder = path.join(root, change.name);
  const log = openFolderDistributionLog(path.join(folder, 'distributions'));
  let now = FLEET_START;
  const parts = new MemoryParts();
  const services: Services = {
    ...parts.services,
    openDetector: openSourceDetector,
    warming: { ...parts.services.warming, limits: { points: 0, sources: 0, ms: 0 } },
    scorer: {
      score: async (vectors) => ({ scores: vectors.map((v) => builtInModel.score(v)), model: builtInModel.version }),
    },
    distributions: new LiveDistributions({ log, process: 'p', now: () => now }),
  };
  const references = createDriftReferences(openFileDocument(path.join(folder, 'reference.json')));
  const started: string[] = [];
  const indices: number[] = [];
  const ends: DriftEnd[] = [];
  let batch: DataPoint[] = [];
  let records = 0;
  for (const point of changingFleet(change, { seed: 3, days: DAYS, changeDay: CHANGE_DAY, sources: 12 })) {
    if (point.timestamp >= now + 3_600_000) {
      now = point.timestamp;
      const record = streamRecord(batch, ++records, { arrival: now });
      const outcomes = await detectAnomalies([record], services);
      if (outcomes.some(({ done }) => !done)) throw new Error('a batch failed');
      batch = [];
      const isMidnight = (now - FLEET_START) % DAY_MS === 0;
      if (now === CHANGE_AT) {
        const distributions = await log.sumSince([builtInModel.version], now - REFERENCE_MS, now);
        await references.write({ run: 'run-1', at: now - DAY_MS, distributions: distributions.toJSON() });
      } else if (now > CHANGE_AT && isMidnight) {
        ends.push(
          await watchDrift({
            ...{ log, references, now: () => now, rules: { limit: 0.25, windowMs: DAY_MS, vectorsMin: 2_000 } },
            starter: { start: async (run) => started.push(run) > 0 },
            observe: {
              idle: () => undefined,
              looked: ({ max }) => void indices.push(max),
              started: () => undefined,
            },
          }),
        );
      }
    }
    batch.push(point);
  }
  return { ends, started, indices };
}

describe('a fleet on the live path', () => {
  it('whose data stay as they are stays below the limit', async () => {
    const { ends, started, indices } = await live(CHANGES.find(({ name }) => name === 'none')!);
    expect(ends).toEqual(['no-drift']);
    expect(started).toEqual([]);
    expect(Math.max(...indices)).toBeLessThan(0.25);
  });

  it('whose data change crosses it, and training starts', async () => {
    const { ends, started } = await live(CHANGES.find(({ name }) => name === 'coarser steps')!);
    expect(ends).toEqual(['drift']);
    expect(started).toEqual(['drift-2026-10-18']);
  });
});

describe('a training that drift starts', () => {
  const [changeDay, again, sources] = [12, 20, 8];
  const change = CHANGES.find(({ name }) => name === 'coarser steps')!;
  const points = [...changingFleet(change, { seed: 3, days: again + 1, changeDay, sources })];
  const today = distributionsByDay(points, again + 1)[again]!;
  const index = async (trainedOn: number) =>
    lookForDrift(Distributions.from(await trainedReference(points, trainedOn, 0.3)), today, 0.25).max;

  it('learns the new state of things: a week after the change, live data look nearly as they did to it', async () => {
    const before = await index(changeDay);
    expect(before).toBeGreaterThan(5);
    // Memories still ripen, and the fleet is small: some of it remains.
    expect(await index(again)).toBeLessThan(before / 10);
  });
});
