import { chooseThreshold } from './choose-threshold';
import { GRID, type JudgedSpan, type Tally, type Weighed } from './weigh-group';

interface Alarm {
  readonly score: number;
  readonly said?: JudgedSpan['verdict'];
  /** Alarms of one fault have one name. */
  readonly fault?: string;
}

const times = (count: number, alarm: Alarm): Alarm[] => Array.from({ length: count }, () => alarm);
const falseAt = (score: number, count = 1) => times(count, { score, said: 'false-alarm' });
const realAt = (score: number, fault = `fault at ${score}`) => [{ score, said: 'real', fault }] as const;
const unjudgedAt = (score: number, count = 1) => times(count, { score });

/** A past of which every alarm is an episode of its own. */
function pastOf(alarms: readonly Alarm[], seriesWeeks: number, threshold: number): Weighed {
  const tallyAt = (from: number): Tally => {
    const told = alarms.map((alarm, i) => ({ ...alarm, i })).filter(({ score }) => score >= from);
    return {
      alarms: told.length,
      suspects: told.filter(({ said }) => said !== 'real').length,
      told: new Set(told.flatMap(({ said, i }) => (said === undefined ? [] : [i]))),
    };
  };
  return {
    spans: alarms.map(({ said }) => ({ source: 'a', from: 0, to: 0, verdict: said ?? 'real' })),
    faults: alarms.map(({ fault }) => fault),
    before: tallyAt(threshold),
    at: GRID.map(tallyAt),
    seriesWeeks,
  };
}

test.each([
  ['six false alarms and nothing else: just above them', falseAt(0.534, 6), undefined, 'change', 0.54],
  ['five false alarms: not sure', falseAt(0.534, 5), undefined, 'too-little', undefined],
  ['a fault above the false alarms stays', [...falseAt(0.53, 8), ...realAt(0.545)], undefined, 'change', 0.54],
  [
    'a fault among them: those below it go',
    [...falseAt(0.52, 7), ...falseAt(0.58, 7), ...realAt(0.55)],
    undefined,
    'change',
    0.53,
  ],
  [
    'a fault below them all: no threshold tells them apart',
    [...falseAt(0.58, 20), ...realAt(0.505)],
    undefined,
    'mixed',
    undefined,
  ],
  [
    'a weak alarm of a fault that a strong one tells too',
    [...falseAt(0.53, 8), ...realAt(0.51, 'leak'), ...realAt(0.7, 'leak')],
    undefined,
    'change',
    0.54,
  ],
  [
    'false alarms further off than a step: those within it',
    [...falseAt(0.55, 6), ...falseAt(0.8, 30)],
    undefined,
    'change',
    0.56,
  ],
  ['only real ones', realAt(0.6), undefined, 'keep', undefined],
  ['nothing at all', [], undefined, 'keep', undefined],
  ['unjudged alarms change nothing without a rate', unjudgedAt(0.55, 100), undefined, 'keep', undefined],
  [
    'twice the rate that is borne, by more than chance',
    [...unjudgedAt(0.53, 12), ...unjudgedAt(0.7, 8)],
    1,
    'change',
    0.54,
  ],
  ['a little more than is borne: chance', unjudgedAt(0.53, 12), 1, 'keep', undefined],
  [
    'far fewer than are borne: down to the last that are',
    [...unjudgedAt(0.45, 9), ...unjudgedAt(0.42, 9)],
    1,
    'change',
    0.43,
  ],
  ['far fewer, but never more than a step down', [], 1, 'change', 0.4],
  ['what was called false before does not come back for a rate', falseAt(0.45, 3), 1, 'change', 0.46],
  [
    'too many that nobody called real, but all above a fault',
    [...unjudgedAt(0.8, 40), ...realAt(0.505)],
    1,
    'mixed',
    undefined,
  ],
  ['false alarms go, though the rate would be borne', falseAt(0.52, 8), 1, 'change', 0.53],
  [
    'as many as are borne, and too few verdicts',
    [...falseAt(0.52, 2), ...unjudgedAt(0.6, 8)],
    1,
    'too-little',
    undefined,
  ],
])('%s', (_, alarms, perWeek, outcome, threshold) => {
  const choice = chooseThreshold(pastOf(alarms, 10, 0.5), 0.5, perWeek);
  expect([choice.outcome, choice.threshold]).toEqual([outcome, threshold]);
  expect(choice.why.length).toBeGreaterThan(0);
});

test('a quiet time that is too short to tell says how much is missing', () => {
  const choice = chooseThreshold(pastOf([], 1.5, 0.5), 0.5, 1);
  expect(choice).toMatchObject({ outcome: 'too-little', why: [expect.stringContaining('1.5 of 2.3 weeks of series')] });
});
