import { gzipSync } from 'node:zlib';
import { openObserver } from '../../lambdas/detect-anomalies/observer';
import { zeroCounts } from '../../lambdas/detect-anomalies/services';
import { writtenLines } from '../../test/factories/written-lines';
import { pointLine } from '../adapters/influx/point-lines';
import { openTelemetry } from '../adapters/powertools/telemetry';
import { encodeRows } from '../adapters/sagemaker/number-rows';
import { builtInModel } from '../detection/built-in-model';
import { openSourceDetector, SOURCE_FIELD } from '../detection/open-source-detector';
import type { StateFields } from '../detection/ports';
import { SAMPLE_POINT_ROW } from '../domain/rows';
import { DEFAULT_SOURCE_SETTINGS } from '../domain/settings';
import { toRecords } from '../runtime/records';
import { MEASURED, recordBytes, stateBytes } from './measured';

/** The figures that need no clock and no server, measured again; costs need them to a tenth. */
const TENTH = 0.1;

function within(measured: number, told: number): void {
  expect(Math.abs(told / measured - 1)).toBeLessThan(TENTH);
}

const random = seeded(7);

function pointOf(metrics: number, n: number) {
  const measured: Record<string, number> = {};
  for (let i = 0; i < metrics; i++)
    measured[`metric_name_${i}`] = Math.round(1e4 * (50 + 10 * Math.sin(n / 100 + i) + random())) / 1e4;
  return {
    source: 'pump-00017',
    timestamp: 1_764_460_800_000 + 10_000 * n,
    metrics: measured,
    tags: { site: 'berlin' },
  };
}

/** The whole state of a source after so many points, and the vectors of the last. */
function learnt(metrics: number, points: number) {
  let fields: StateFields = new Map();
  let vectors: (readonly number[])[] = [];
  const context = { versions: SAMPLE_POINT_ROW.versions, degraded: false, warming: false };
  for (let n = 0; n < points; ) {
    const detector = openSourceDetector('pump-00017', DEFAULT_SOURCE_SETTINGS, fields);
    for (const end = Math.min(points, n + 100); n < end; n++) {
      const point = pointOf(metrics, n);
      const observations = detector.advance(point);
      vectors = observations.flatMap(({ features }) => (features === undefined ? [] : [features]));
      detector.conclude(
        point,
        observations,
        vectors.map((vector) => builtInModel.score(vector)),
        context,
      );
    }
    fields = new Map([...fields, ...detector.encode()]);
  }
  let bytes = 0;
  for (const [name, value] of fields) bytes += name.length + value.length;
  return { bytes, vectors, relationBytes: fields.get(SOURCE_FIELD)?.length ?? 0 };
}

test.each([1, 3, 10])('a record of %i metrics', (metrics) => {
  within(toRecords([pointOf(metrics, 1)], 1)[0]!.data.length, recordBytes(metrics, 1));
});

test.each([1, 3, 10])('the state of a source of %i metrics that has learnt for long', (metrics) => {
  within(learnt(metrics, 3_000).bytes, stateBytes(metrics));
});

test('the relations of a source take most, for each of its metrics, when it has 32', () => {
  const most = [2, 3, 8, 16, 32, 40].map((metrics) => learnt(metrics, 1_000).relationBytes / metrics);
  within(Math.max(...most), MEASURED.stateRelationMostBytes.value);
  expect(Math.max(...most)).toBeLessThanOrEqual(MEASURED.stateRelationMostBytes.value);
});

test('a vector to the endpoint', () => {
  const { vectors } = learnt(3, 500);
  within(encodeRows(vectors).length / vectors.length, MEASURED.vectorBytes.value);
});

test('a row to InfluxDB', () => {
  const stream = 'arn:aws:kinesis:eu-central-1:123456789012:stream/tidewatch-prod-points';
  const measured = {
    value: 52.81,
    anomalyScore: random(),
    expected: 50 + random(),
    lower: 48 + random(),
    upper: 52 + random(),
  };
  within(pointLine({ ...SAMPLE_POINT_ROW, ...measured, stream }).length, MEASURED.rowWireBytes.value);
});

test('a record in the archive', () => {
  const records = 5_000;
  let sequence = 49590338271490256608559692538361571095921575989136588898n;
  const lines = Array.from({ length: records }, (_, n) => {
    const body = Buffer.from(toRecords([pointOf(3, n)], 1)[0]!.data).toString('base64');
    sequence += BigInt(Math.floor(random() * 1e15)) * BigInt(Math.floor(random() * 1e9));
    const arrival = 1_764_460_800_000 + 7 * n;
    const stream = 'arn:aws:kinesis:eu-central-1:123456789012:stream/tidewatch-prod-points';
    return `${JSON.stringify({ stream, shard: 'shardId-000000000000', sequence: String(sequence), arrival, body })}\n`;
  });
  within(gzipSync(lines.join('')).length / records, MEASURED.archivedBytes.value);
});

test('what is logged of a batch', () => {
  const written = writtenLines();
  const observe = openObserver(openTelemetry('detect-anomalies', { ENVIRONMENT: 'prod' }));
  for (const stage of ['plan', 'load', 'warm', 'advance', 'score', 'conclude', 'store', 'file', 'commit'] as const)
    observe.stage(stage, 12.345678);
  observe.batch(zeroCounts(), {
    oldestArrival: Date.now() - 1_234,
    stateBytes: { max: 13_391, sum: 1e7, sources: 777 },
  });
  const bytes = written().join('\n').length;
  jest.restoreAllMocks();
  within(bytes, MEASURED.logLineBytes.value);
});

/** Park and Miller's generator: the same numbers everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
