import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { SAMPLE_ANOMALY_EVENT } from '../../shared/domain/anomaly-event';
import { writtenLines } from '../../test/factories/written-lines';
import { openObserver } from './observer';

afterEach(() => jest.restoreAllMocks());

test.each([
  ['nothing-left', { unfinished: 0, modelAway: 0 }],
  ['rows-budget', { unfinished: 1, modelAway: 0 }],
  ['model-mismatch', { unfinished: 1, modelAway: 1 }],
] as const)('a run that ended with %s is a line of metrics and one that says why', (ended, states) => {
  const written = writtenLines();
  const observe = openObserver(openTelemetry('rescore-degraded', {}));
  observe.published([
    { event: SAMPLE_ANOMALY_EVENT, position: { stream: 's', shard: 'shard-1', sequence: '7', index: 2 } },
  ]);
  const counts = { rows: 50, corrected: 2, raised: 1, takenBack: 1, refused: 0, unanswered: 0 };
  observe.rescored({ ...counts, ended });
  const [told, metrics, why] = written().map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toMatchObject({
    correlation_id: SAMPLE_ANOMALY_EVENT.id,
    record: { stream: 's', shard: 'shard-1', sequence: '7', index: 2 },
  });
  const { _aws: _, ...line } = metrics!;
  expect(line).toEqual({ service: 'rescore-degraded', environment: 'local', ...counts, ...states });
  expect(why).toMatchObject({ message: 're-scoring ended', ended, ...counts });
});
