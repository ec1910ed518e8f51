import type { Context } from 'aws-lambda';
import { writtenLines } from '../../../test/factories/written-lines';
import { TransientFault } from '../../detection/ports';
import { SAMPLE_ANOMALY_EVENT } from '../../domain/anomaly-event';
import { ConfigError } from '../../runtime/config';
import { openTelemetry } from './telemetry';

const CONTEXT = {
  awsRequestId: 'request-1',
  functionName: 'tidewatch-prod-detect',
  functionVersion: '7',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:tidewatch-prod-detect',
  memoryLimitInMB: '512',
} as Context;

function opened(env: NodeJS.ProcessEnv = { ENVIRONMENT: 'prod' }) {
  const written = writtenLines();
  const telemetry = openTelemetry('detect-anomalies', env);
  return { telemetry, lines: () => written().map((line) => JSON.parse(line) as Record<string, unknown>) };
}

afterEach(() => jest.restoreAllMocks());

test('measures become one line in the embedded metric format, with service and environment as their dimensions', () => {
  jest.spyOn(Date, 'now').mockReturnValue(1_795_000_000_000);
  jest.useFakeTimers({ now: 1_795_000_000_000 });
  const { telemetry, lines } = opened();
  telemetry.counts({ points: 1000, note: 'no number' });
  telemetry.measure('loadMs', 2, 'ms');
  telemetry.measure('loadMs', 3, 'ms');
  telemetry.measure('stateBytesMax', 4096, 'bytes');
  telemetry.flush();
  telemetry.flush();
  jest.useRealTimers();
  expect(lines()).toEqual([
    {
      _aws: {
        Timestamp: 1_795_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Tidewatch',
            Dimensions: [['service', 'environment']],
            Metrics: [
              { Name: 'points', Unit: 'Count' },
              { Name: 'loadMs', Unit: 'Milliseconds' },
              { Name: 'stateBytesMax', Unit: 'Bytes' },
            ],
          },
        ],
      },
      service: 'detect-anomalies',
      environment: 'prod',
      points: 1000,
      loadMs: [2, 3],
      stateBytesMax: 4096,
    },
  ]);
});

test('lines of one invocation carry its id and what was said to hold during it, and the next one starts afresh', async () => {
  const { telemetry, lines } = opened();
  const handler = telemetry.invocations(async (event: string) => {
    if (event === 'first') telemetry.during({ batch: { shard: 'shard-1' } });
    telemetry.info('worked', {});
    telemetry.measure('points', 1);
    if (event === 'second') throw new Error('died');
  });
  await handler('first', CONTEXT);
  await expect(handler('second', { ...CONTEXT, awsRequestId: 'request-2' })).rejects.toThrow('died');
  const [first, firstMetrics, second, secondMetrics] = lines();
  expect(first).toMatchObject({
    ...{ message: 'worked', service: 'detect-anomalies', environment: 'prod' },
    ...{ function_request_id: 'request-1', batch: { shard: 'shard-1' } },
  });
  expect(second).toMatchObject({ function_request_id: 'request-2' });
  expect(second).not.toHaveProperty('batch');
  expect([firstMetrics, secondMetrics]).toMatchObject([{ points: 1 }, { points: 1 }]);
});

test('the line of an event bears its thread, and nothing of the data', () => {
  const { telemetry, lines } = opened();
  telemetry.published(SAMPLE_ANOMALY_EVENT, { record: { sequence: '42' } });
  const { id, episodeId } = SAMPLE_ANOMALY_EVENT;
  const { timestamp: _, xray_trace_id: __, ...line } = lines()[0]!;
  expect(line).toEqual({
    ...{ level: 'INFO', message: 'anomaly event published', service: 'detect-anomalies', environment: 'prod' },
    ...{ correlation_id: id, episodeId, transition: 1, phase: 'opened', kind: 'value' },
    ...{ severity: 'high', degraded: false, warming: false, sampling_rate: 0 },
    record: { sequence: '42' },
  });
});

test.each<[string, unknown, object]>([
  [
    'a named fault is told in its words',
    new TransientFault('cache', 'no answer'),
    { name: 'TransientFault', message: 'cache: no answer' },
  ],
  ['what is no error is not told at all', 'value 96.4', { name: 'unknown', message: 'not an error' }],
  ['nothing at all', undefined, { name: 'unknown', message: 'not an error' }],
  [
    'words without end are cut',
    Object.assign(new Error('x'.repeat(10_000)), { name: 'StoreFault' }),
    { name: 'StoreFault', message: 'x'.repeat(500) },
  ],
])('problems are warnings and are counted: %s', (_, error, fault) => {
  const { telemetry, lines } = opened();
  telemetry.problem('store', error);
  telemetry.flush();
  expect(lines()[0]).toMatchObject({ level: 'WARN', message: 'store', fault });
  expect(lines()[1]).toMatchObject({ problems: 1 });
});

test('an error of the language may quote the data: its place is told, its words are not', () => {
  const { telemetry, lines } = opened();
  let error: unknown;
  try {
    JSON.parse('{"secret": \n96.4, at /x.ts:1:1)');
  } catch (caught) {
    error = caught;
  }
  telemetry.problem('engine', error);
  const text = JSON.stringify(lines());
  expect(text).not.toContain('96.4');
  expect(lines()[0]!['fault']).toMatchObject({ name: 'SyntaxError' });
  expect(text).toContain('telemetry.test.ts');
});

test('a variable that is wrong is named, without its value', () => {
  expect(() => openTelemetry('x', { ENVIRONMENT: 'Prod/secret' })).toThrow(ConfigError);
  expect(() => openTelemetry('x', { TRACING: 'hunter2' })).toThrow(/^environment: TRACING: (?!.*hunter2)/);
});
