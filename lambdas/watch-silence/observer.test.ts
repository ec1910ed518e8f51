import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { SAMPLE_ANOMALY_EVENT } from '../../shared/domain/anomaly-event';
import { writtenLines } from '../../test/factories/written-lines';
import { openObserver } from './observer';

afterEach(() => jest.restoreAllMocks());

test('a run is one line of metrics, and each event it told a line with its id', () => {
  const written = writtenLines();
  const observe = openObserver(openTelemetry('watch-silence', {}));
  observe.published([SAMPLE_ANOMALY_EVENT]);
  observe.waiting(7_000);
  observe.watched({ filed: 10, looked: 3, missed: 2, opened: 1, fleetIsSilent: true });
  const [told, metrics] = written().map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toMatchObject({ correlation_id: SAMPLE_ANOMALY_EVENT.id, service: 'watch-silence' });
  const { _aws: _, ...counts } = metrics!;
  expect(counts).toEqual({
    ...{ service: 'watch-silence', environment: 'local' },
    ...{ filed: 10, looked: 3, missed: 2, opened: 1, fleetSilent: 1 },
    waitingMs: 7_000,
  });
});

test('how long points wait is told by a run that fails as well', async () => {
  const written = writtenLines();
  const telemetry = openTelemetry('watch-silence', {});
  const run = telemetry.invocations(async () => {
    openObserver(telemetry).waiting(7_000);
    throw new Error('the store does not answer');
  });
  await expect(run(undefined, {} as never)).rejects.toThrow('the store does not answer');
  expect(written().map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ waitingMs: 7_000 })]);
});
