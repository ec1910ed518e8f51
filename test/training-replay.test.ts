import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { detectAnomalies } from '../lambdas/detect-anomalies/detect-anomalies';
import { openDuckDbStore } from '../shared/adapters/embedded/duckdb-store';
import { openArchiveHistory } from '../shared/adapters/history/archive-history';
import { folderObjects } from '../shared/adapters/history/archive-objects';
import { openStoreHistory } from '../shared/adapters/history/store-history';
import { builtInModel } from '../shared/detection/built-in-model';
import type { FeatureVector } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { Observation, OpenSourceDetector } from '../shared/detection/source-detector';
import type { WireDataPoint } from '../shared/domain/data-point';
import { SettingsSchema } from '../shared/domain/settings';
import type { StreamRecord } from '../shared/runtime/kinesis';
import type { PointHistory } from '../shared/training/ports';
import { getTrainingData } from '../shared/training/training-data';
import { aggregateOf } from './factories/aggregate';
import { writeArchive } from './factories/archived';
import { MemoryParts } from './factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from './factories/records';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const COUNT = 600;
const SHARDS = ['shardId-000000000000', 'shardId-000000000001'] as const;
const settings = SettingsSchema.parse({
  version: 3,
  overrides: [{ sources: 'other', settings: { allowedFutureMs: 30 * DAY_MINUTES * MINUTE_MS } }],
});

/** Four sources with two metrics each: values with a rhythm, a wild one, one metric missing now and then. */
function pointOf(i: number): WireDataPoint {
  const source = ['one', 'two', 'moves', 'other'][i % 4]!;
  const off = minutesBehind(i);
  const a = Math.sin(i / 9) + ((i * 7919) % 101) / 100 + (i === 450 ? 30 : 0);
  const b = i % 29 === 28 ? null : a * 2 + ((i * 104_729) % 89) / 100;
  const metrics: WireDataPoint['metrics'] = i % 2 === 0 ? { a, b } : { b, a };
  return wirePoint({ source, timestamp: ARRIVAL - (COUNT - i + off) * MINUTE_MS, metrics });
}

/** Late, too late, of a time that was there before, ahead, or far ahead of its arrival. */
function minutesBehind(i: number): number {
  if (i === 359) return -20 * DAY_MINUTES;
  if (i % 37 === 36) return 10.5;
  if (i % 113 === 112) return 2 * DAY_MINUTES;
  if (i % 53 === 52) return 4;
  return i % 71 === 70 ? -20 : 0;
}

/** A record of one point in any of the encodings; some hold more, or nothing that can be used. */
function bodyOf(i: number): unknown {
  const point = pointOf(i);
  const { source, timestamp, metrics } = point;
  const own = (minutes: number) => ({ ...point, timestamp: Number(timestamp) + minutes * MINUTE_MS });
  if (i % 31 === 30) return [own(0), { source }, own(1)];
  if (i % 31 === 29) return gzipSync(JSON.stringify(point));
  if (i % 31 === 28) return aggregateOf([own(0), own(1)].map((one) => Buffer.from(JSON.stringify(one))));
  if (i % 31 === 27 && metrics['b'] !== null)
    return `m,source=${source} a=${metrics['a']},b=${metrics['b']} ${timestamp}000000`;
  return i % 67 === 66 ? 'no data point' : point;
}

const sequenceOf = (i: number) => String(49_590_338n * 10n ** 48n + BigInt(i));

/** `two` is on the second shard, and `moves` goes there half-way. */
const records: readonly StreamRecord[] = Array.from({ length: COUNT }, (_, i) => {
  const { source } = pointOf(i);
  const shard = SHARDS[source === 'two' || (source === 'moves' && i > COUNT / 2) ? 1 : 0];
  return streamRecord(bodyOf(i), sequenceOf(i), { shard, arrival: ARRIVAL - (COUNT - i) * MINUTE_MS });
});

/** Batches of a shard as Lambda delivers them: some again, in part or together with what came before them. */
const batches: readonly (readonly StreamRecord[])[] = Array.from(
  { length: Math.ceil(COUNT / 23) },
  (_, n) => n,
).flatMap((n) =>
  SHARDS.flatMap((shard) => {
    const of = (from: number, to: number) => records.slice(23 * from, 23 * to).filter((one) => one.shard === shard);
    const batch = of(n, n + 1);
    if (n % 4 === 1) return [batch, batch.slice(5)];
    if (n % 4 === 2) return [batch, of(n - 1, n + 1), batch.slice(-1)];
    return [batch];
  }).filter((batch) => batch.length > 0),
);

/** All that a detector observed, source by source. */
type Observed = Map<string, (Observation & { readonly timestamp: number })[]>;

function watched(into: Observed): OpenSourceDetector {
  return (source, ...given) => {
    const detector = openSourceDetector(source, ...given);
    return {
      advance(point) {
        const observations = detector.advance(point);
        const known = into.get(source) ?? [];
        into.set(source, [...known, ...observations.map((one) => ({ ...one, timestamp: point.timestamp }))]);
        return observations;
      },
      conclude: (...what) => detector.conclude(...what),
      encode: () => detector.encode(),
      close: () => detector.close(),
    };
  };
}

let folder: string;
let live: Observed;
const scored: FeatureVector[] = [];
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-replay-'));
  live = new Map();
  const store = await openDuckDbStore(path.join(folder, 'store.duckdb'));
  const parts = new MemoryParts();
  const services = {
    ...parts.services,
    store,
    settings,
    openDetector: watched(live),
    scorer: {
      score: async (vectors: readonly FeatureVector[]) => {
        scored.push(...vectors);
        return { scores: vectors.map((vector) => builtInModel.score(vector)), model: 'live' };
      },
    },
  };
  for (const batch of batches) for (const { done } of await detectAnomalies(batch, services)) expect(done).toBe(true);
  await store.close();
  // Firehose writes what it read again into other objects, and objects come in any order.
  const objects = Array.from({ length: 20 }, (_, n) => records.slice(30 * n, 30 * n + 34));
  writeArchive(path.join(folder, 'archive'), objects.toReversed());
});
afterAll(() => rmSync(folder, { recursive: true }));

async function replayed(history: PointHistory) {
  const observed: Observed = new Map();
  const data = await getTrainingData({ history, openDetector: watched(observed), settings, labels: [], seed: 1 });
  return { observed, data };
}

const vectorsOf = (observed: Observed, source: string) =>
  observed
    .get(source)!
    .flatMap(({ metric, timestamp, features, standing }) =>
      features === undefined ? [] : [[metric, timestamp, standing, ...features]],
    );

test('the live path met all that it is to be compared in', () => {
  const standings = new Set([...live.values()].flat().map(({ standing }) => standing));
  expect(standings).toEqual(new Set(['current', 'late', 'too-late', 'duplicate', 'unconfirmed']));
  const vectors = [...live.values()].flat().flatMap(({ features }) => (features === undefined ? [] : [features]));
  expect(vectors).toHaveLength(scored.length);
  expect(scored.length).toBeGreaterThan(1_200);
  expect(scored.some((features) => features.some((feature) => feature > 1))).toBe(true);
  expect([...live.values()].flat().some(({ metric, features }) => metric === undefined && features)).toBe(true);
});

test('vectors of the archive are those of the live path, to the bit, and so is all else that was observed', async () => {
  const history = openArchiveHistory({ objects: () => folderObjects(path.join(folder, 'archive')), settings });
  const { observed, data } = await replayed(history);
  for (const source of live.keys()) expect(observed.get(source)).toEqual(live.get(source));
  expect(observed.size).toBe(live.size);
  const { rejected, duplicates } = history.tallies();
  expect(rejected).toMatchObject({ 'not-json': expect.any(Number), 'invalid-field': expect.any(Number) });
  expect(rejected['too-far-in-future']).toBeGreaterThan(0);
  expect(duplicates).toBeGreaterThan(50);
  const { rows, leftOut } = data;
  expect(rows.length + leftOut.young + leftOut.late).toBe(scored.length);
});

test('vectors of the local store are those of the live path, to the bit', async () => {
  const store = await openDuckDbStore(path.join(folder, 'store.duckdb'));
  const { observed } = await replayed(openStoreHistory(store));
  await store.close();
  for (const source of live.keys()) expect(vectorsOf(observed, source)).toEqual(vectorsOf(live, source));
});
