import { ModelMismatch, ModelPaused, type ScoredBatch, type Scorer, TransientFault } from '../../detection/ports';
import { circuitScorer } from './circuit-scorer';

const VECTORS = [[1], [2]];
const answer: ScoredBatch = { scores: VECTORS.map(() => ({ anomaly: 0, alarm: 0 })), model: 'm' };

/** A scorer whose answers the test gives, its clock, and what the circuit told. */
function underTest() {
  const asked: { withinMs: number | undefined; give: (outcome: ScoredBatch | Error) => void }[] = [];
  const told: string[] = [];
  const time = { now: 0 };
  const inner: Scorer = {
    score: (_, withinMs) =>
      new Promise((resolve, reject) =>
        asked.push({ withinMs, give: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)) }),
      ),
  };
  const scorer = circuitScorer(inner, {
    clock: () => time.now,
    random: () => 0,
    onChange: ({ state, cause }) => told.push(cause === undefined ? state : `${state}: ${(cause as Error).message}`),
    settings: { failuresInRow: 2, pauseMs: 1_000, probeMs: 300 },
  });
  const call = (outcome: ScoredBatch | Error, withinMs?: number) => {
    const result = scorer.score(VECTORS, withinMs);
    asked.at(-1)!.give(outcome);
    return result;
  };
  return { scorer, asked, told, time, call };
}

const down = new TransientFault('endpoint', 'down');

test('opens after failures, rejects at once without asking, probes after the pause, and closes', async () => {
  const { scorer, asked, told, time, call } = underTest();
  await expect(call(down)).rejects.toBe(down);
  await expect(call(down)).rejects.toBe(down);
  await expect(scorer.score(VECTORS)).rejects.toBeInstanceOf(ModelPaused);
  expect(asked).toHaveLength(2);
  time.now = 500;
  const probe = scorer.score(VECTORS);
  await expect(scorer.score(VECTORS)).rejects.toBeInstanceOf(ModelPaused);
  asked[2]!.give(answer);
  expect(await probe).toBe(answer);
  expect(await call(answer)).toBe(answer);
  expect(told).toEqual(['open: endpoint: down', 'half-open', 'closed']);
});

test('a probe has little time, so that its batch does not wait for long', async () => {
  const { asked, time, call } = underTest();
  await expect(call(down, 9_000)).rejects.toBe(down);
  await expect(call(down)).rejects.toBe(down);
  time.now = 500;
  await call(answer, 9_000);
  await call(answer, 9_000);
  expect(asked.map(({ withinMs }) => withinMs)).toEqual([9_000, Number.POSITIVE_INFINITY, 300, 9_000]);
});

test('a failed probe opens it again, told with its cause', async () => {
  const { scorer, told, time, call } = underTest();
  for (let i = 0; i < 2; i++) await expect(call(down)).rejects.toBe(down);
  time.now = 500;
  await expect(call(new ModelMismatch('another schema'))).rejects.toThrow(ModelMismatch);
  time.now = 1_499;
  await expect(scorer.score(VECTORS)).rejects.toBeInstanceOf(ModelPaused);
  expect(told).toEqual(['open: endpoint: down', 'half-open', 'open: another schema']);
});

test('the wrong model opens it too', async () => {
  const { told, call } = underTest();
  for (let i = 0; i < 2; i++) await expect(call(new ModelMismatch('another schema'))).rejects.toThrow(ModelMismatch);
  expect(told).toEqual(['open: another schema']);
});

test('too little time to ask is nobody’s failure', async () => {
  const { scorer, asked, told } = underTest();
  for (const withinMs of [99, 0, -50]) await expect(scorer.score(VECTORS, withinMs)).rejects.toThrow(TransientFault);
  expect([asked, told]).toEqual([[], []]);
});

test('calls that end late do not disturb the pause', async () => {
  const { scorer, asked, told } = underTest();
  const calls = [1, 2, 3, 4].map(() => scorer.score(VECTORS));
  asked[0]!.give(down);
  asked[1]!.give(down);
  asked[2]!.give(down);
  asked[3]!.give(answer);
  expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual([
    ...Array(3).fill('rejected'),
    'fulfilled',
  ]);
  expect(told).toEqual(['open: endpoint: down']);
});
