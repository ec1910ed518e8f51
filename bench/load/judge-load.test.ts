import { judgeLoad, type LoadRun } from './judge-load';
import type { Memory } from './started-program';

const ANSWERS = Array.from({ length: 1_000 }, (_, n) => n / 10);
const looks = (anonymous: readonly number[], held = anonymous.map(() => 60)): readonly Memory[] =>
  anonymous.map((one, at) => ({ resident: one + 70, anonymous: one, held: held[at]! }));

const GOOD: LoadRun = {
  ...{ seconds: 600, rate: 2_000, accepted: 1_200_000, refused: 0, metrics: 3 },
  stored: { points: 1_200_000, values: 3_600_000 },
  answersMs: ANSWERS,
  memory: looks([500, 600, 620, 610, 625, 630, 628, 632, 631]),
};

const RISING = looks([500, 600, 620, 700, 720, 740, 900, 920, 940]);

test.each<[string, Partial<LoadRun>, readonly string[]]>([
  ['a run that keeps every promise breaks none', {}, []],
  ['a lost point is told', { accepted: 1_200_001 }, ['1 points are lost']],
  [
    'so is a point that nobody sent',
    { stored: { points: 1_200_003, values: 3_600_009 } },
    ['3 points are stored that nobody took'],
  ],
  ['so is a value that is there twice', { stored: { points: 1_200_000, values: 3_600_002 } }, ['2 values are doubled']],
  ['so is one that is missing', { stored: { points: 1_200_000, values: 3_599_999 } }, ['1 values are missing']],
  [
    'points that were refused are no load',
    { accepted: 1_000_000, refused: 200_000, stored: { points: 1_000_000, values: 3_000_000 } },
    ['1667 points/s were taken, not 2000'],
  ],
  [
    'slow answers are told',
    { answersMs: ANSWERS.map((ms) => 10 * ms) },
    ['99 % of answers take 990 ms, more than 500'],
  ],
  ['a few slow answers are none of them', { answersMs: [...ANSWERS.slice(5), 4_000, 4_000, 4_000, 4_000, 4_000] }, []],
  [
    'memory that grows to the end is told',
    { memory: RISING },
    ['memory grows: 1.28 times a third of the run before, more than 1.2'],
  ],
  [
    'a run that is too short for memory to settle may grow more',
    { seconds: 45, accepted: 90_000, stored: { points: 90_000, values: 270_000 }, memory: RISING },
    [],
  ],
  [
    'what JavaScript holds may not, however short the run is',
    {
      ...{ seconds: 45, accepted: 90_000, stored: { points: 90_000, values: 270_000 } },
      memory: looks([500, 600, 620, 610, 625, 630], [60, 62, 70, 80, 95, 110]),
    },
    ['what JavaScript holds grows: 1.37 times a third of the run before, more than 1.3'],
  ],
])('%s', (_, more, problems) => {
  expect(judgeLoad({ ...GOOD, ...more }, { answerMs: 500 })).toEqual(problems);
});
