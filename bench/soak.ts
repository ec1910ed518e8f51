// A month of made-up sound sources through the engine, in batches as a deployed function sees them: what states weigh and how
// often people are called for nothing, week by week. Nothing is injected: every alarm is a false one. Ends with code 1 if a promise
// is broken: a state larger than costs say, states that grow, more false alarms a week than --alarms-max, or --alarms-mean-max.
//   npm run bench:soak [-- --days 30] [-- --seconds 60] [-- --seeds 2] [-- --false-alarms-per-week N] [-- --alarms-max 5]
import { parseArgs } from 'node:util';
import { builtInModel } from '../shared/detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../shared/detection/model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { SourceDetector } from '../shared/detection/source-detector';
import type { DataPoint } from '../shared/domain/data-point';
import { SettingsSchema, settingsFor } from '../shared/domain/settings';
import { printTable } from './print-table';
import { judgeSoak } from './soak/judge-soak';
import { FAMILY_NAMES, type FamilyName, syntheticSeries } from './synthetic/series';

const { values: flags } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '2' },
    'false-alarms-per-week': { type: 'string' },
    'alarms-max': { type: 'string', default: '5' },
    'alarms-mean-max': { type: 'string', default: '2.5' },
  },
});
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const stepMs = 1_000 * Number(flags.seconds);
const rows = Math.floor((Number(flags.days) * DAY_MS) / stepMs);
if (Number(flags.days) <= 7) throw new Error('--days must be more than 7: false alarms count after the first week');
const asked = flags['false-alarms-per-week'];
const settings = SettingsSchema.parse({
  version: 1,
  defaults: asked === undefined ? {} : { falseAlarmsPerWeek: Number(asked) },
});
const METRICS = 3;
/** A batch holds this many points of a source: then its state is packed, and read again for the next one. */
const BATCH_POINTS = 60;
const CONTEXT = {
  versions: { model: builtInModel.version, settings: 1, schema: FEATURE_SCHEMA_VERSION },
  degraded: false,
  warming: false,
};

/** What was seen in one week of one source. */
interface Week {
  /** Episodes that opened, of single metrics by family and of relations. */
  readonly opened: Map<FamilyName | 'relations', number>;
  /** Of the whole state, at the end of the week. */
  bytes: number;
  /** Share of the week that was replayed. */
  share: number;
}

interface Source {
  readonly name: string;
  readonly families: readonly FamilyName[];
  readonly points: readonly DataPoint[];
}

const begun = performance.now();
const weeks: Week[][] = [];
let values = 0;
for (let seed = 1; seed <= Number(flags.seeds); seed++)
  for (let first = 0; first < FAMILY_NAMES.length; first++) {
    const source = sourceOf(first, seed);
    weeks.push(soak(source));
    values += source.points.length * METRICS;
  }
process.exitCode = report() ? 0 : 1;

/** Three metrics of neighbouring families, a point every step. */
function sourceOf(first: number, seed: number): Source {
  const families = Array.from({ length: METRICS }, (_, k) => FAMILY_NAMES[(first + k) % FAMILY_NAMES.length]!);
  const name = `${families[0]}-${seed}`;
  const series = families.map((family, k) => syntheticSeries(family, 97 * seed + k, rows, stepMs));
  const begin = Date.UTC(2026, 0, 5);
  const points = Array.from({ length: rows }, (_, row) => ({
    source: name,
    timestamp: begin + row * stepMs,
    metrics: Object.fromEntries(families.map((family, k) => [`${family}-${k}`, series[k]!.values[row]!])),
    tags: {},
  }));
  return { name, families, points };
}

function soak({ name, families, points }: Source): Week[] {
  const seen: Week[] = [];
  const familyOf = new Map(families.map((family, k) => [`${family}-${k}`, family]));
  let fields: ReturnType<SourceDetector['encode']> = new Map();
  for (let from = 0; from < points.length; from += BATCH_POINTS) {
    const batch = points.slice(from, from + BATCH_POINTS);
    const detector = openSourceDetector(name, settingsFor(settings, name), from === 0 ? undefined : fields);
    const week = weekAt(seen, Math.floor((from * stepMs) / WEEK_MS));
    for (const point of batch) {
      const observations = detector.advance(point);
      const scores = observations.flatMap(({ features }) => (features ? [builtInModel.score(features)] : []));
      for (const { phase, metric } of detector.conclude(point, observations, scores, CONTEXT).events) {
        if (phase !== 'opened') continue;
        const what = (metric === undefined ? undefined : familyOf.get(metric)) ?? 'relations';
        week.opened.set(what, (week.opened.get(what) ?? 0) + 1);
      }
    }
    fields = new Map([...fields, ...detector.encode()]);
    week.bytes = [...fields.values()].reduce((sum, field) => sum + field.length, 0);
    week.share += (batch.length * stepMs) / WEEK_MS;
  }
  return seen;
}

function weekAt(seen: Week[], at: number): Week {
  seen[at] ??= { opened: new Map(), bytes: 0, share: 0 };
  return seen[at];
}

function report(): boolean {
  const seconds = (performance.now() - begun) / 1_000;
  console.log(
    `${weeks.length} sources × ${METRICS} metrics × ${flags.days} days, a point each ${flags.seconds} s, state packed and read again every ${BATCH_POINTS} points: ${values.toLocaleString('en-US')} values in ${seconds.toFixed(0)} s`,
  );
  console.log(`${asked === undefined ? 'default threshold' : `asked for ${asked} false alarms a series and week`}\n`);
  const count = Math.max(...weeks.map((of) => of.length));
  printTable(
    ['', ...Array.from({ length: count }, (_, week) => `week ${week + 1}`)],
    [
      ['bytes a source, mean', ...each(count, (of) => bytesOf(of).mean.toFixed(0))],
      ['bytes a source, most', ...each(count, (of) => bytesOf(of).most.toFixed(0))],
      ['false alarms a series', ...each(count, (of) => perWeek(of, metricsOpened, METRICS).toFixed(2))],
      ['… of relations, a source', ...each(count, (of) => perWeek(of, relationsOpened, 1).toFixed(2))],
    ],
  );
  console.log('\nfalse alarms a series and week by kind of series, after the first week:');
  const alarms = alarmsByKind(weeks.flatMap((of) => of.slice(1)));
  printTable(
    ['kind', 'false alarms'],
    [...alarms].map(([kind, perWeek]) => [kind, perWeek.toFixed(2)]),
  );
  const promises = { alarmsMax: Number(flags['alarms-max']), alarmsMeanMax: Number(flags['alarms-mean-max']) };
  const problems = judgeSoak(
    {
      metrics: METRICS,
      bytesMost: bytesOf(weeks.flat()).most,
      bytesFirst: bytesOf(weeks.map((of) => of[0]!)).mean,
      bytesLast: bytesOf(weeks.map((of) => of.at(-1)!)).mean,
      alarms,
    },
    promises,
  );
  console.log(
    problems.length === 0
      ? `\nkept: states as large as costs say, no larger with time, ${promises.alarmsMax} false alarms a week at most, ${promises.alarmsMeanMax} in the mean`
      : `\nBROKEN: ${problems.join('; ')}`,
  );
  return problems.length === 0;
}

function alarmsByKind(later: readonly Week[]): ReadonlyMap<string, number> {
  // Each family stands in as many sources as a source has metrics.
  const share = later.reduce((sum, week) => sum + week.share, 0) / FAMILY_NAMES.length;
  const ofFamilies = FAMILY_NAMES.map((family): [string, number] => {
    const opened = later.reduce((sum, week) => sum + (week.opened.get(family) ?? 0), 0);
    return [family, opened / share / METRICS];
  });
  return new Map([...ofFamilies, ['relations, a source', perWeek(later, relationsOpened, 1)]]);
}

function each(count: number, cell: (ofWeek: readonly Week[]) => string): string[] {
  return Array.from({ length: count }, (_, at) => cell(weeks.flatMap((of) => (of[at] ? [of[at]] : []))));
}

function bytesOf(of: readonly Week[]): { readonly mean: number; readonly most: number } {
  const bytes = of.map((week) => week.bytes);
  return { mean: bytes.reduce((sum, one) => sum + one, 0) / bytes.length, most: Math.max(...bytes) };
}

function perWeek(of: readonly Week[], opened: (week: Week) => number, each: number): number {
  const share = of.reduce((sum, week) => sum + week.share, 0);
  return of.reduce((sum, week) => sum + opened(week), 0) / share / each;
}

function metricsOpened({ opened }: Week): number {
  return [...opened].reduce((sum, [what, count]) => sum + (what === 'relations' ? 0 : count), 0);
}

function relationsOpened({ opened }: Week): number {
  return opened.get('relations') ?? 0;
}
