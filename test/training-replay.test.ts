import { detectAnomalies } from '../lambdas/detect-anomalies/detect-anomalies';
import { builtInModel } from '../shared/detection/built-in-model';
import type { FeatureVector } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { DataPoint } from '../shared/domain/data-point';
import { getTrainingData } from '../shared/training/training-data';
import { MemoryParts } from './factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from './factories/records';

const MINUTE_MS = 60_000;
const COUNT = 400;

/** Two sources with two metrics each, one of them late and double now and then. */
const points: readonly DataPoint[] = Array.from({ length: COUNT }, (_, i) => {
  const source = `s${i % 2}`;
  const late = i % 37 === 36 ? 10.5 : 0;
  const timestamp = ARRIVAL - (COUNT - i + late) * MINUTE_MS;
  const a = Math.sin(i / 9) + ((i * 7919) % 101) / 100 + (i === 350 ? 30 : 0);
  return { source, timestamp, metrics: { a, b: a * 2 + ((i * 104_729) % 89) / 100 }, tags: {} };
});

test('vectors of a replay are those that the live path sent to the model, to the bit', async () => {
  const live: FeatureVector[] = [];
  const parts = new MemoryParts();
  const services = {
    ...parts.services,
    openDetector: openSourceDetector,
    scorer: {
      score: async (vectors: readonly FeatureVector[]) => {
        live.push(...vectors);
        return { scores: vectors.map((vector) => builtInModel.score(vector)), model: 'live' };
      },
    },
  };
  for (let i = 0; i < points.length; i += 23) {
    const records = points.slice(i, i + 23).map((point, k) => streamRecord(wirePoint(point), i + k));
    for (const { done } of await detectAnomalies(records, services)) expect(done).toBe(true);
  }
  const data = await getTrainingData({
    history: {
      bySource: false,
      read: async function* () {
        yield* points;
      },
    },
    openDetector: openSourceDetector,
    settings: parts.services.settings,
    labels: [],
    seed: 1,
  });
  const { rows, leftOut } = data;
  const known = new Set(live.map((vector) => JSON.stringify(vector)));
  expect(rows.length).toBeGreaterThan(500);
  expect(rows.some(({ metric }) => metric === undefined)).toBe(true);
  expect(leftOut.late).toBeGreaterThan(5);
  expect(live).toHaveLength(rows.length + leftOut.young + leftOut.late);
  expect(rows.filter(({ features }) => !known.has(JSON.stringify(features)))).toEqual([]);
  expect(rows.some(({ features }) => features.some((feature) => feature > 1))).toBe(true);
});
