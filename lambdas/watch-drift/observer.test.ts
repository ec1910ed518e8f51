import { openTelemetry } from '../../shared/adapters/powertools/telemetry';
import { writtenLines } from '../../test/factories/written-lines';
import { openObserver } from './observer';

afterEach(() => jest.restoreAllMocks());

function opened() {
  const written = writtenLines();
  const observe = openObserver(openTelemetry('watch-drift', {}));
  return { observe, lines: () => written().map((line) => JSON.parse(line) as Record<string, unknown>) };
}
const OF = { reference: 'run-1', vectors: 20_000 };

test('a run that compared is one line of metrics, and a line of words where something has moved', () => {
  const { observe, lines } = opened();
  const past = ['novelty 0.41: distances to the nearest remembered value are larger'];
  observe.looked({ indices: [], max: 0.41, score: 0.2, past }, OF);
  const [metrics, words] = lines();
  const { _aws: _, ...numbers } = metrics!;
  expect(numbers).toEqual({
    ...{ service: 'watch-drift', environment: 'local' },
    ...{ driftVectors: 20_000, driftMax: 0.41, driftScores: 0.2, driftFeatures: 1 },
  });
  expect(words).toMatchObject({ reference: 'run-1', past });
});

test('where another model scores than training had, nothing is said of scores', () => {
  const { observe, lines } = opened();
  observe.looked({ indices: [], max: 0.1, score: undefined, past: [] }, OF);
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).not.toHaveProperty('driftScores');
});

test('that there is nothing to compare with is said once, and is no metric', () => {
  const { observe, lines } = opened();
  for (let run = 0; run < 3; run++) observe.idle('no-reference', 'nothing was trained yet');
  for (let run = 0; run < 2; run++) observe.idle('few-vectors', `${run} live vectors say too little`);
  observe.looked({ indices: [], max: 0, score: 0, past: [] }, OF);
  observe.idle('few-vectors', '7 live vectors say too little');
  expect(lines().map(({ message }) => message)).toEqual([
    'nothing was trained yet',
    '0 live vectors say too little',
    undefined,
    '7 live vectors say too little',
  ]);
});

test('that training was started is said where it was, not where it had been', () => {
  const { observe, lines } = opened();
  observe.started('drift-2026-11-30', true);
  observe.started('drift-2026-11-30', false);
  expect(lines()).toMatchObject([{ message: 'training was started', run: 'drift-2026-11-30' }]);
});
