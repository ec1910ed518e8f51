import { createTelemetry, observeBatches } from './batch-observer';

/** Telemetry, and what it writes to standard output. */
function listening() {
  const written: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
  const observer = observeBatches(createTelemetry({ service: 'detect-anomalies' }), () => 0);
  const lines = () =>
    written
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { observer, lines };
}

afterEach(() => {
  jest.restoreAllMocks();
});

test('a batch becomes one line: every count and every stage a metric, the service their one dimension', () => {
  const { observer, lines } = listening();
  observer.stage('load', 2);
  observer.stage('load', 3);
  observer.batch({ points: 1000, rejected: 2 });
  expect(lines()).toHaveLength(1);
  const [line] = lines();
  expect(line).toMatchObject({ service: 'detect-anomalies', points: 1000, rejected: 2, loadMs: 5 });
  const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
  expect(Namespace).toBe('Tidewatch');
  expect(Dimensions).toEqual([['service']]);
  expect(Metrics).toContainEqual({ Name: 'loadMs', Unit: 'Milliseconds' });
});

test('changes of the circuit are counted by their new state', () => {
  const { observer, lines } = listening();
  observer.circuit({ state: 'half-open' });
  observer.circuit({ state: 'closed' });
  observer.batch({ points: 1 });
  expect(lines()[0]).toMatchObject({ circuitProbed: 1, circuitClosed: 1 });
});

test('stage times of one batch do not leak into the next', () => {
  const { observer, lines } = listening();
  observer.stage('load', 2);
  observer.batch({ points: 1 });
  observer.batch({ points: 1 });
  expect(lines()[1]).not.toHaveProperty('loadMs');
});
