import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { ModelPaused, RowsRefused, TransientFault } from '../../shared/detection/ports';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { writtenLines } from '../../test/factories/written-lines';
import { detectAnomalies } from './detect-anomalies';
import { openObserver } from './observer';
import type { Services } from './services';

/** Names and numbers that must never stand in a log. */
const SECRETS = ['pump-17', 'temperature', '96421.5', 'berlin'];
const LAG_MS = 2_500;

function opened(changes: (services: Services) => Partial<Services> = () => ({})) {
  const written = writtenLines();
  const parts = new MemoryParts();
  const telemetry = openTelemetry('detect-anomalies', { ENVIRONMENT: 'prod' });
  let ticks = 0;
  const observe = openObserver({ ...telemetry, now: () => ARRIVAL + LAG_MS, clock: () => ticks++ });
  const services = { ...parts.services, ...changes(parts.services), observe };
  const lines = () => written().map((line) => JSON.parse(line) as Record<string, unknown>);
  const metrics = () => lines().filter((line) => '_aws' in line);
  return { parts, services, observe, lines, metrics, text: () => written().join('\n') };
}

afterEach(() => jest.restoreAllMocks());

const hot = (sequence: number, arrival = ARRIVAL) =>
  streamRecord(wirePoint({ metrics: { temperature: 96_421.5 }, tags: { site: 'berlin' } }), sequence, { arrival });

test('a batch is one line: every count, every stage, lag, size of states and the circuit', async () => {
  const { services, metrics, text } = opened();
  await detectAnomalies([hot(1), streamRecord('{"source":"pump-17","temperature":96421.5', 2)], services);
  expect(metrics()).toHaveLength(1);
  const { _aws, ...line } = metrics()[0]!;
  expect(line).toEqual({
    ...{ service: 'detect-anomalies', environment: 'prod' },
    ...{
      records: 2,
      points: 1,
      values: 1,
      rejected: 1,
      absorbedBefore: 0,
      duplicates: 0,
      late: 0,
      misrouted: 0,
      redriven: 0,
    },
    ...{
      unscored: 0,
      overBudget: 0,
      degraded: 0,
      warming: 0,
      modelMismatches: 0,
      anomalies: 1,
      recomputed: 0,
      stateLost: 0,
      failedRecords: 0,
    },
    ...{ warmed: 0, warmingBudgetSpent: 0, warmMs: expect.any(Number) },
    ...{
      planMs: 1,
      loadMs: 1,
      advanceMs: 1,
      scoreMs: 1,
      concludeMs: 1,
      storeMs: 1,
      publishMs: 1,
      fileMs: 1,
      commitMs: 1,
    },
    ...{ lagMs: LAG_MS, circuitOpen: 0 },
    ...{ stateBytesMax: expect.any(Number), stateBytesMean: line['stateBytesMax'] },
  });
  expect(line['stateBytesMax']).toBeGreaterThan(32);
  expect(_aws).toMatchObject({ CloudWatchMetrics: [{ Dimensions: [['service', 'environment']] }] });
  for (const secret of SECRETS) expect(text()).not.toContain(secret);
});

test('an event leads to its record, and the record to its rows and its event', async () => {
  const { services, parts, lines } = opened();
  await detectAnomalies([hot(1), hot(42)], services);
  const [event] = parts.published;
  const [row] = parts.rows.values();
  const told = lines().find((line) => line['correlation_id'] === event!.id)!;
  const { stream, shard, sequence, index } = row!;
  expect(told['record']).toEqual({ stream, shard, sequence, index });
  expect(told['batch']).toEqual({ stream, shard, from: '1', to: '42' });
  expect(told).toMatchObject({ message: 'anomaly event published', episodeId: event!.episodeId });
});

test.each<[string, (services: Services) => Partial<Services>, object]>([
  [
    'the endpoint does not answer',
    () => ({ scorer: { score: () => Promise.reject(new TransientFault('endpoint', 'throttled')) } }),
    { degraded: 1, problems: 1, failedRecords: 0 },
  ],
  [
    'the endpoint is left alone, which was told when it began',
    () => ({ scorer: { score: () => Promise.reject(new ModelPaused('endpoint', 'is left alone')) } }),
    { degraded: 1, failedRecords: 0 },
  ],
  [
    'the store is away',
    ({ store }) => ({ store: { ...store, writePoints: () => Promise.reject(new TransientFault('store', 'away')) } }),
    { problems: 1, failedRecords: 1, points: 0 },
  ],
  [
    'the store refuses a row',
    ({ store }) => ({
      store: {
        ...store,
        writePoints: (rows) => Promise.reject(new RowsRefused([{ row: rows[0]!, reason: 'beyond retention' }])),
      },
    }),
    { problems: 1, rejected: 1, failedRecords: 0 },
  ],
  [
    'a defect whose message quotes the data',
    () => ({
      openDetector: () => {
        throw new Error('pump-17 has temperature 96421.5');
      },
    }),
    { problems: 1, failedRecords: 1 },
  ],
])('what goes wrong is counted and told without data: %s', async (_, changes, counts) => {
  const { services, metrics, text } = opened(changes);
  await detectAnomalies([hot(1)], services);
  expect(metrics()[0]).toMatchObject(counts);
  expect('problems' in metrics()[0]!).toBe('problems' in counts);
  for (const secret of SECRETS) expect(text()).not.toContain(secret);
});

test('nothing done has no lag, and lag is that of the oldest record done', async () => {
  const { services, metrics } = opened(({ cache }) => ({
    cache: { ...cache, load: () => Promise.reject(new TransientFault('cache', 'away')) },
  }));
  await detectAnomalies([hot(1)], services);
  expect(metrics()[0]).not.toHaveProperty('lagMs');
  const works = opened();
  await detectAnomalies([hot(1, ARRIVAL - 60_000), hot(2)], works.services);
  expect(works.metrics()[0]).toMatchObject({ lagMs: 60_000 + LAG_MS });
});

test('the circuit is a gauge from when it opens until it is closed, and its changes are counted', async () => {
  const { observe, metrics } = opened();
  const batch = () =>
    observe.batch({ ...new MemoryParts().batches[0]! }, { stateBytes: { max: 0, sum: 0, sources: 0 } });
  observe.circuit({ state: 'open', cause: new TransientFault('endpoint', 'throttled') });
  batch();
  observe.circuit({ state: 'half-open' });
  batch();
  observe.circuit({ state: 'closed' });
  batch();
  const seen = metrics().map(({ circuitOpen, circuitOpened, circuitProbed, circuitClosed }) => ({
    ...{ circuitOpen, circuitOpened, circuitProbed, circuitClosed },
  }));
  expect(seen).toEqual([
    { circuitOpen: 1, circuitOpened: 1 },
    { circuitOpen: 1, circuitProbed: 1 },
    { circuitOpen: 0, circuitClosed: 1 },
  ]);
});

test('what a silence ends with is told with the record that ended it', () => {
  const { observe, lines } = opened();
  const event = { id: 'e-1', episodeId: 'ep-1', transition: 2, phase: 'closed', kind: 'silence' } as AnomalyEvent;
  observe.published([{ event, position: { stream: 's', shard: 'shard-1', sequence: '7', index: 0 } }]);
  expect(lines()[0]).toMatchObject({ correlation_id: 'e-1', kind: 'silence', record: { sequence: '7' } });
});
