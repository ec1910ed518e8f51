import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { SAMPLE_ANOMALY_EVENT } from '../../shared/domain/anomaly-event';
import { writtenLines } from '../../test/factories/written-lines';
import { openObserver } from './observer';

afterEach(() => jest.restoreAllMocks());

test('a run is one line of metrics, and each event it told a line with its id', () => {
  const written = writtenLines();
  const observe = openObserver(openTelemetry('watch-silence', {}));
  observe.published([SAMPLE_ANOMALY_EVENT]);
  observe.watched({ filed: 10, looked: 3, missed: 2, opened: 1, fleetIsSilent: true });
  const [told, metrics] = written().map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toMatchObject({ correlation_id: SAMPLE_ANOMALY_EVENT.id, service: 'watch-silence' });
  const { _aws: _, ...counts } = metrics!;
  expect(counts).toEqual({
    ...{ service: 'watch-silence', environment: 'local' },
    ...{ filed: 10, looked: 3, missed: 2, opened: 1, fleetSilent: 1 },
  });
});
