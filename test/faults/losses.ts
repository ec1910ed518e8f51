// The cache loses memories: what remains is compared with the run in peace.
import type { Mishap } from './mishaps';
import type { Remains } from './what-remains';

/** Two fail-overs to an older copy and two whole losses; of each one that the process survives, and one that a new one meets. */
export const LOSSES: readonly Mishap[] = [
  { at: 0.2, what: 'is copied', dies: false },
  { at: 0.3, what: 'falls back to the copy', dies: false },
  { at: 0.4, what: 'is copied', dies: false },
  { at: 0.5, what: 'falls back to the copy', dies: true },
  { at: 0.6, what: 'loses everything', dies: false },
  { at: 0.85, what: 'loses everything', dies: true },
];

/** Between the asking of the store and its answer a process may die, too. */
export const LOOK_UP_KILLS: readonly string[] = ['store look-up', 'store read of events'].flatMap((call) => [
  `kill before ${call}`,
  `kill after ${call}`,
]);

/**
 * After a whole loss so many points may be judged otherwise: as long as rows say that their source is warming. Alarm scores never
 * agree everywhere again: the run in peace remembers more, and which of several odd values speaks first is a close call.
 */
const POINTS_MAX = 100;
const DIFFERENCE = 0.05;
/** Measured over 250 points after a loss: 90.3 to 98.8 %, early and late alike, and so of verdicts 99.6 to 100 %. */
const ALARMS_ALIKE = 0.85;
const VERDICTS_ALIKE = 0.99;
/** Shares are taken over so many points of all sources. */
const WINDOW_POINTS = 10;
/** Bit of a row's flags. */
const WARMING = 4;

interface Row {
  readonly time: string;
  /** Its place in the stream: late points stand where they came. */
  readonly sequence: number;
  readonly alarm: number;
  readonly isAnomaly: boolean;
  readonly warming: boolean;
  /** What must be the same where nothing was lost for good. */
  readonly whole: string;
}
type BySource = ReadonlyMap<string, ReadonlyMap<string, readonly Row[]>>;

/** Checks with their words; also prints what can only be measured. */
export function judgeLosses(clean: Remains, lossy: Remains, sources: number): readonly (readonly [string, boolean])[] {
  const [inPeace, warmed] = [bySource(clean), bySource(lossy)];
  const marks = [...warmed].map(([source, points]) => ({ source, ...marksOf([...points.values()]) }));
  const sameBefore = marks.map(({ source, losses }) => differing(inPeace.get(source)!, warmed.get(source)!, losses[0]));
  const different = sameBefore.reduce((sum, count) => sum + count, 0);
  const qualities = [0, 1].map((loss) => quality(inPeace, warmed, marks, loss));
  const told = [...clean.events.keys()].filter((key) => lossy.events.has(key)).length;
  for (const [loss, { alarms, verdicts, settled }] of qualities.entries())
    console.log(
      `whole loss ${loss + 1}: within ${POINTS_MAX} points ${percent(alarms)} of the alarm scores within ${DIFFERENCE} of the run in peace, ${percent(verdicts)} of the verdicts the same; enough of both from point ${settled} on`,
    );
  console.log(
    `anomaly events: ${told} of the ${clean.events.size} of the run in peace, and ${lossy.events.size - told} others`,
  );
  const lost = [...clean.rows.keys()].filter((key) => !lossy.rows.has(key)).length;
  const copies = marks.filter(({ copies }) => copies === 2).length;
  const losses = marks.filter((mark) => mark.losses.length === 2).length;
  const slowest = Math.max(...qualities.map(({ settled }) => settled));
  const untold = [...lossy.ids].filter((id) => !lossy.published.has(id)).length;
  const unstored = [...lossy.published].filter((id) => !lossy.ids.has(id)).length;
  return [
    [
      `cache losses: rows lost ${lost}, doubled ${lossy.rowsStored - clean.rowsStored}`,
      lost === 0 && lossy.rowsStored === clean.rowsStored,
    ],
    [
      `events stored and not published ${untold}, published and not stored ${unstored}, stored twice ${lossy.events.size - lossy.ids.size}`,
      untold + unstored === 0 && lossy.events.size === lossy.ids.size,
    ],
    [
      `sources that say warming: ${copies} of ${sources} after each older copy, ${losses} after each whole loss`,
      copies === sources && losses === sources,
    ],
    [`older copies: ${different} rows differ from the run in peace until the first whole loss`, different === 0],
    [`whole losses: quality is back within ${slowest} points of at most ${POINTS_MAX}`, slowest <= POINTS_MAX],
  ];
}

/** Rows by source and time, in the order in which they came. */
function bySource({ rows }: Remains): BySource {
  const sources = new Map<string, Map<string, Row[]>>();
  for (const [key, text] of rows) {
    const at = key.lastIndexOf(' ');
    const { source } = JSON.parse(key.slice(0, at)) as { source: string };
    const fields = JSON.parse(text) as {
      time: string;
      origin: string;
      alarm_score: number;
      is_anomaly: boolean | null;
      flags: number;
    };
    const row: Row = {
      time: fields.time,
      sequence: Number((JSON.parse(fields.origin) as string[])[2]),
      alarm: fields.alarm_score,
      isAnomaly: fields.is_anomaly === true,
      warming: (fields.flags & WARMING) !== 0,
      whole: JSON.stringify({ ...fields, flags: fields.flags & ~WARMING }),
    };
    const times = sources.get(source) ?? new Map<string, Row[]>();
    sources.set(source, times);
    times.set(row.time, [...(times.get(row.time) ?? []), row]);
  }
  for (const [source, times] of sources)
    sources.set(source, new Map([...times].sort(([, [a]], [, [b]]) => a!.sequence - b!.sequence)));
  return sources;
}

/** How often a source was marked at one point, and the points (from 0) at which longer marks begin. */
function marksOf(points: readonly (readonly Row[])[]): { readonly copies: number; readonly losses: readonly number[] } {
  let copies = 0;
  const losses: number[] = [];
  let begin: number | undefined;
  for (let i = 0; i <= points.length; i++) {
    const warming = points[i]?.some((row) => row.warming) ?? false;
    if (warming) begin ??= i;
    else if (begin !== undefined) {
      if (i - begin === 1) copies += 1;
      else losses.push(begin);
      begin = undefined;
    }
  }
  return { copies, losses };
}

/** Points before `end` of which a row is not the same. */
function differing(
  a: ReadonlyMap<string, readonly Row[]>,
  b: ReadonlyMap<string, readonly Row[]>,
  end = Number.POSITIVE_INFINITY,
): number {
  const texts = (rows: readonly Row[] = []) =>
    rows
      .map(({ whole }) => whole)
      .sort()
      .join();
  const different = [...a].filter(([time, rows], i) => i < end && texts(rows) !== texts(b.get(time)));
  for (const [time, rows] of different.slice(0, 1))
    console.log(`differs: ${texts(rows)} in peace, ${texts(b.get(time))} after a loss`);
  return different.length;
}

interface Quality {
  /** Of the first points after a loss, the share that is as in peace. */
  readonly alarms: number;
  readonly verdicts: number;
  /** From which point on enough of them are, in every window. */
  readonly settled: number;
}

function quality(
  inPeace: BySource,
  warmed: BySource,
  marks: readonly { readonly source: string; readonly losses: readonly number[] }[],
  loss: number,
): Quality {
  const runs = marks.flatMap(({ source, losses }) => {
    const [begin, end] = [losses[loss], losses[loss + 1]];
    if (begin === undefined) return [];
    const points = [...warmed.get(source)!].slice(begin, end);
    return [points.map(([time, rows]) => alike(rows, inPeace.get(source)!.get(time) ?? []))];
  });
  const windows = runs.length === 0 ? 0 : Math.floor(Math.min(...runs.map((run) => run.length)) / WINDOW_POINTS);
  const shares = Array.from({ length: windows }, (_, at) => {
    const points = runs.flatMap((run) => run.slice(at * WINDOW_POINTS, (at + 1) * WINDOW_POINTS));
    return { alarms: shareOf(points, 'alarms'), verdicts: shareOf(points, 'verdicts') };
  });
  const isBad = (share: (typeof shares)[number]) => share.alarms < ALARMS_ALIKE || share.verdicts < VERDICTS_ALIKE;
  const first = runs.flatMap((run) => run.slice(0, POINTS_MAX));
  return {
    alarms: shareOf(first, 'alarms'),
    verdicts: shareOf(first, 'verdicts'),
    settled: (shares.findLastIndex(isBad) + 1) * WINDOW_POINTS,
  };
}

interface Alike {
  readonly alarms: boolean;
  readonly verdicts: boolean;
}

function alike(rows: readonly Row[], others: readonly Row[]): Alike {
  return {
    alarms: rows.every(({ alarm }, i) => Math.abs(alarm - (others[i]?.alarm ?? 0)) < DIFFERENCE),
    verdicts: rows.every(({ isAnomaly }, i) => isAnomaly === (others[i]?.isAnomaly ?? false)),
  };
}

function shareOf(points: readonly Alike[], what: keyof Alike): number {
  return points.filter((point) => point[what]).length / points.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
