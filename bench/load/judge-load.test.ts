import { judgeLoad, type LoadRun } from './judge-load';
import type { Memory } from './started-program';

const ANSWERS = Array.from({ length: 1_000 }, (_, n) => n / 10);
/** A look every 2 % of a run, and what each says. */
const LOOKS = 50;
const looks = (anonymous: (at: number) => number, held: (at: number) => number = () => 120): readonly Memory[] =>
  Array.from({ length: LOOKS }, (_, at) => ({
    resident: anonymous(at) + 70,
    anonymous: anonymous(at),
    held: held(at),
  }));

const POINTS = 1_200_000;
/** What is held rises by so many bytes a point; what is under way adds 0 to 40 MB. */
const rising = (bytes: number, points = POINTS) =>
  looks(
    () => 600,
    (at) => 60 + (bytes * points * at) / LOOKS / 2 ** 20 + ((at * 7) % 5) * 10,
  );

const GOOD: LoadRun = {
  ...{ seconds: 600, rate: 2_000, accepted: POINTS, refused: 0, metrics: 3 },
  stored: { points: POINTS, values: 3 * POINTS },
  answersMs: ANSWERS,
  memory: looks((at) => 632 - 130 / (1 + at)),
};
const SHORT = { seconds: 45, accepted: 90_000, stored: { points: 90_000, values: 270_000 } };

const GROWING = looks((at) => 300 + 15 * at);

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
    { memory: GROWING },
    ['memory grows: 1.35 times a third of the run before, more than 1.2'],
  ],
  ['a run that is too short for memory to settle may grow more', { ...SHORT, memory: GROWING }, []],
  [
    'a leak of 400 bytes a point is told',
    { memory: rising(400) },
    ['what JavaScript holds rises by 400 bytes a point, more than 64'],
  ],
  [
    'of a short run as well, though it comes to a part of what is under way',
    { ...SHORT, memory: rising(400, 90_000) },
    ['what JavaScript holds rises by 400 bytes a point, more than 384'],
  ],
  [
    'one of 100 bytes a point by a run that settles',
    { memory: rising(100) },
    ['what JavaScript holds rises by 100 bytes a point, more than 64'],
  ],
  ['not by a short one, which cannot tell it from caches that fill', { ...SHORT, memory: rising(100, 90_000) }, []],
  ['what wavers and does not rise is no leak', { memory: rising(0) }, []],
  [
    'nor is what rises in the first third, while all is new',
    {
      memory: looks(
        () => 600,
        (at) => Math.min(120, 60 + 5 * at),
      ),
    },
    [],
  ],
  [
    'a run of which memory was hardly looked at does not pass',
    { memory: rising(0).slice(0, 12) },
    ['12 looks at memory are too few to judge it'],
  ],
])('%s', (_, more, problems) => {
  expect(judgeLoad({ ...GOOD, ...more }, { answerMs: 500 })).toEqual(problems);
});
