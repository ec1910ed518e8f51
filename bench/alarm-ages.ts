// False alarms a series and week, given beside asked, by the age of a series and by its cadence. Nothing is injected, and no series
// was looked at to set anything.
//   npm run bench:asked [-- --asked 1,5]
import { parseArgs } from 'node:util';
import { isJudged } from '../shared/detection/metric-observation';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { type AlarmsGiven, askedOf, nothingGiven } from './alarms-asked';
import { printTable } from './print-table';
import { NOISE_NAMES, noiseSeries } from './synthetic/noise';
import { FAMILY_NAMES, syntheticSeries } from './synthetic/series';

const { values: flags } = parseArgs({ options: { asked: { type: 'string', default: '1,5' } } });
const ASKED = flags.asked.split(',').map(Number);
const WEEK_MS = 7 * 86_400_000;
const START = Date.UTC(2026, 0, 5);
const FIRST_SEED = 900;
/** Slow series are many and fast ones few, so that each cell counts as many alarms as time allows. */
const CADENCES = [
  { words: '10 s', stepMs: 10_000, weeks: 4, seeds: 2 },
  { words: '1 min', stepMs: 60_000, weeks: 8, seeds: 3 },
  { words: '10 min', stepMs: 600_000, weeks: 8, seeds: 8 },
  { words: '1 h', stepMs: 3_600_000, weeks: 8, seeds: 12 },
];
/** Weeks that are counted together, by their first. */
const AGES = [
  ['week 1', 0],
  ['week 2', 1],
  ['week 3', 2],
  ['week 4', 3],
  ['weeks 5–8', 4],
] as const;

interface Made {
  readonly values: ArrayLike<number>;
  readonly kind: string;
}

const byKind = new Map<string, AlarmsGiven>();
const rows = CADENCES.flatMap(({ words, stepMs, weeks, seeds }) => {
  const length = (weeks * WEEK_MS) / stepMs;
  const each = <T>(names: readonly T[], make: (name: T, seed: number) => Made) =>
    names.flatMap((name) => Array.from({ length: seeds }, (_, k) => () => make(name, FIRST_SEED + k)));
  return [
    ...ages(
      'made-up metrics',
      words,
      stepMs,
      each(FAMILY_NAMES, (kind, seed) => ({ kind, values: syntheticSeries(kind, seed, length, stepMs).values })),
    ),
    ...ages(
      'plain noise',
      words,
      stepMs,
      each(NOISE_NAMES, (kind, seed) => ({ kind, values: noiseSeries(kind, seed, length, stepMs) })),
    ),
  ];
});
console.log('given/asked');
printTable(['series', 'a value each', 'asked', 'alarms', ...AGES.map(([words]) => words)], rows);
console.log('\ngiven/asked by kind, after the first week, all cadences alike');
printTable(
  ['kind', ...ASKED.map((perWeek) => `asked ${perWeek}`)],
  [...byKind].map(([kind, given]) => [kind, ...ASKED.map((_, k) => ratio(given, k))]),
);

function ages(name: string, words: string, stepMs: number, series: readonly (() => Made)[]): string[][] {
  const given = AGES.map(() => nothingGiven(ASKED));
  for (const make of series) {
    const { kind, values } = make();
    const later = byKind.get(kind) ?? nothingGiven(ASKED);
    byKind.set(kind, later);
    const own = AGES.map(() => nothingGiven(ASKED));
    follow(values, stepMs, own);
    own.forEach((of, age) => {
      add(given[age]!, of);
      if (age > 0) add(later, of);
    });
  }
  return ASKED.map((perWeek, k) => [
    name,
    words,
    String(perWeek),
    String(given.reduce((sum, { episodes }) => sum + episodes[k]!, 0)),
    ...given.map((of) => (of.weeks > 0 ? ratio(of, k) : '–')),
  ]);
}

function follow(values: ArrayLike<number>, stepMs: number, given: readonly AlarmsGiven[]): void {
  const detector = openSourceDetector('series', DEFAULT_SETTINGS.defaults, undefined);
  const followed = askedOf(ASKED);
  for (let row = 0; row < values.length; row++) {
    const timestamp = START + row * stepMs;
    const [seen] = detector.advance({ source: 'series', timestamp, metrics: { value: values[row]! }, tags: {} });
    const week = Math.floor((row * stepMs) / WEEK_MS);
    if (seen && isJudged(seen)) followed.see(timestamp, seen, given[Math.min(week, AGES.length - 1)]);
  }
  detector.close();
}

function add(to: AlarmsGiven, from: AlarmsGiven): void {
  to.weeks += from.weeks;
  from.episodes.forEach((episodes, k) => {
    to.episodes[k]! += episodes;
  });
}

function ratio({ weeks, episodes }: AlarmsGiven, k: number): string {
  return (episodes[k]! / weeks / ASKED[k]!).toFixed(2);
}
