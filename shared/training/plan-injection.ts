import { z } from 'zod';
import type { DataPoint } from '../domain/data-point';
import { matchesPattern } from '../domain/settings';
import { FAULT_POINTS, FAULT_SPREADS, INJECTED_FAULTS, type InjectedFaultKind, isOffset } from './fault-kinds';
import { type InjectedFault, InjectedFaultSchema, isOn } from './inject-faults';
import { type Label, LabelsSchema, labelsBySource } from './labels';
import type { PointHistory } from './ports';
import { sampleHash, uniformOf } from './sample-hash';
import { openSeriesPast, type PastView, type SeriesPast } from './series-past';

/** How much of the past is held back for faults that we put there ourselves; a share of 0 puts none. */
export const InjectionSettingsSchema = z.object({
  /** Of the weeks of sources, so many are held back: they serve for nothing else. */
  share: z.number().min(0).max(0.5).default(0.1),
  /** Faults in such a week, on any one metric of its source. */
  faultsPerWeek: z.number().int().min(1).max(20).default(2),
  kinds: z
    .array(z.enum(INJECTED_FAULTS))
    .min(1)
    .default([...INJECTED_FAULTS]),
  /** Sizes are between these, in multiples of what is plain to see. */
  sizeMin: z.number().gt(0).max(10).default(0.5),
  sizeMax: z.number().gt(0).max(10).default(1.5),
  /** A series with less of a past than so many values gets none. */
  pastMin: z.number().int().min(50).default(200),
  /** In the part that trains, and in what follows; weeks beyond it stay as they are. */
  faultsMax: z.number().int().min(1).max(20_000).default(2_000),
  seed: z.number().int().default(1),
});
export type InjectionSettings = z.output<typeof InjectionSettingsSchema>;

/** What is put where, and what is then known of it. */
export const InjectionSchema = z.object({ faults: z.array(InjectedFaultSchema), labels: LabelsSchema });
export type Injection = z.output<typeof InjectionSchema>;

export interface InjectionConfig {
  readonly history: PointHistory;
  /** Where people said anything, nothing is put. */
  readonly labels: readonly Label[];
  readonly settings: InjectionSettings;
  /** Epoch milliseconds: how many faults there are from here on has no part in which there are before; absent: all are one part. */
  readonly trainTo?: number;
  /** Names; `*` stands for any run of characters; absent: all. */
  readonly sources?: string;
  readonly metrics?: string;
}

const WEEK_MS = 7 * 86_400_000;
/** A series that repeats itself this often cannot be seen to freeze. */
const REPEATS_MAX = 0.5;
/** So far from 0, in spreads, a value of 0 is plainly wrong. */
const ZERO_SPREADS = 4;
/** A fault may be told so much of its length after its end, and so many usual steps at least. */
const GRACE_SHARE = 0.25;
const GRACE_STEPS = 3;
/** Of a foreign segment, in values. */
const PERIOD_POINTS = [8, 24] as const;

/** A week of a source that is held back. */
interface Cell {
  readonly source: string;
  readonly week: number;
  readonly hash: number;
  readonly faults: Placed[];
}

interface Placed {
  readonly fault: InjectedFault;
  /** Up to when it may be told. */
  readonly until: number;
  /** Values that it changes. */
  touched: number;
}

/**
 * Chooses weeks of sources by hash and a place, a kind and a size for each fault in them. Sizes are relative to what the
 * series was like before the fault began, never after. A week in which people labelled anything is not chosen. All that is not fault in a
 * chosen week is excluded, before and after. The same history gives the same bytes, in whatever order its sources take turns.
 * One read of the history; memory: about 300 bytes a series, and the faults.
 */
export async function planInjection(config: InjectionConfig): Promise<Injection> {
  const { history, settings, trainTo = Number.POSITIVE_INFINITY } = config;
  if (settings.share === 0) return { faults: [], labels: [] };
  const trains = openCells(settings.faultsMax, trainTo);
  const follows = openCells(settings.faultsMax, Number.POSITIVE_INFINITY);
  const offer = (cell: Cell) => (cell.week * WEEK_MS < trainTo ? trains : follows).offer(cell);
  const labelsOf = labelsBySource(config.labels);
  const sources = new Map<string, ReturnType<typeof openSource>>();
  let before: string | undefined;
  for await (const point of history.read()) {
    if (config.sources !== undefined && !matchesPattern(config.sources, point.source)) continue;
    if (history.bySource && before !== undefined && before !== point.source) sources.delete(before);
    before = point.source;
    const source = sources.get(before) ?? openSource(config, takenWeeks(labelsOf(before)), offer);
    sources.set(before, source);
    source.take(point);
  }
  const kept = [...trains.kept(), ...follows.kept()];
  return { faults: kept.flatMap(({ faults }) => faults.map(({ fault }) => fault)), labels: kept.flatMap(labelsOfCell) };
}

/**
 * Keeps cells whose hash is low; when they hold too many faults the bar is halved, so that order does not show.
 *
 * @param until epoch milliseconds: faults that begin later, in a week that began before, are not counted
 */
function openCells(faultsMax: number, until: number) {
  let cells: Cell[] = [];
  let bar = 2 ** 32;
  const counted = ({ faults }: Cell) => faults.filter(({ fault }) => fault.from < until).length;
  const isFull = () => cells.reduce((sum, cell) => sum + counted(cell), 0) > faultsMax;
  const lower = () => {
    while (bar > 1 && isFull()) {
      bar /= 2;
      cells = cells.filter(({ hash }) => hash < bar);
    }
  };
  return {
    /** A cell comes before its faults are placed, and is watched as they are. */
    offer(cell: Cell): void {
      if (cell.hash < bar) cells.push(cell);
      if (cells.length % 256 === 0) lower();
    },
    kept(): readonly Cell[] {
      lower();
      cells = cells.filter((cell) => {
        // A fault during which the series said little shows nothing of its nature.
        const shown = cell.faults.filter(({ fault, touched }) => touched >= FAULT_POINTS[fault.kind] / 2);
        cell.faults.splice(0, cell.faults.length, ...shown);
        return shown.length > 0;
      });
      return cells.sort((a, b) => a.week - b.week || (a.source < b.source ? -1 : 1));
    },
  };
}

/** The weeks that labels of a source touch. */
function takenWeeks(labels: readonly Label[]): ReadonlySet<number> {
  const weeks = new Set<number>();
  for (const { from, to } of labels)
    for (let week = Math.floor(from / WEEK_MS); week <= Math.floor(to / WEEK_MS); week++) weeks.add(week);
  return weeks;
}

function openSource({ settings, metrics }: InjectionConfig, taken: ReadonlySet<number>, offer: (cell: Cell) => void) {
  const { share, faultsPerWeek, seed, pastMin } = settings;
  const series = new Map<string, SeriesPast>();
  const slotMs = WEEK_MS / faultsPerWeek;
  let cell: Cell | undefined;
  let week = Number.NEGATIVE_INFINITY;
  /** The first slot of the week that no fault was tried in. */
  let next = 0;

  function enter(point: DataPoint): void {
    const now = Math.floor(point.timestamp / WEEK_MS);
    // What comes late belongs to a week that is over.
    if (now <= week) return;
    [week, next, cell] = [now, 0, undefined];
    const hash = sampleHash(seed, 'held back', point.source, week);
    if (hash >= share * 2 ** 32 || taken.has(week)) return;
    cell = { source: point.source, week, hash, faults: [] };
    offer(cell);
  }

  function place(point: DataPoint, into: Cell): void {
    const slot = Math.floor((point.timestamp - week * WEEK_MS) / slotMs);
    if (slot < next) return;
    const slotFrom = week * WEEK_MS + slot * slotMs;
    const draw = (what: string) => uniformOf(seed, point.source, week, slot, what);
    // In the first half, so that there is room for it and for what follows on it.
    if (point.timestamp < slotFrom + (draw('begin') * slotMs) / 2) return;
    next = slot + 1;
    const names = Object.keys(point.metrics)
      .filter((name) => metrics === undefined || matchesPattern(metrics, name))
      .sort();
    const metric = names[Math.floor(draw('metric') * names.length)];
    const past = metric === undefined ? undefined : series.get(metric)?.view();
    if (metric === undefined || past === undefined || past.points < pastMin || past.spread === 0) return;
    const placed = choose({ point, metric, past, settings, slotTo: slotFrom + slotMs, draw });
    if (placed !== undefined) into.faults.push(placed);
  }

  return {
    take(point: DataPoint): void {
      enter(point);
      if (cell !== undefined && week === Math.floor(point.timestamp / WEEK_MS)) {
        place(point, cell);
        const last = cell.faults.at(-1);
        if (last !== undefined && isOn(last.fault, point)) last.touched += 1;
      }
      for (const [name, value] of Object.entries(point.metrics)) {
        const past = series.get(name) ?? openSeriesPast();
        series.set(name, past);
        past.learn(value, point.timestamp);
      }
    },
  };
}

interface Choice {
  readonly point: DataPoint;
  readonly metric: string;
  readonly past: PastView;
  readonly settings: InjectionSettings;
  readonly slotTo: number;
  readonly draw: (what: string) => number;
}

/** A fault that begins with this point, of a kind that can be seen here; undefined if none can. */
function choose({ point, metric, past, settings, slotTo, draw }: Choice): Placed | undefined {
  const from = point.timestamp;
  const endOf = (kind: InjectedFaultKind) => {
    const to = from + Math.ceil((FAULT_POINTS[kind] - 0.5) * past.cadenceMs);
    return { to, until: to + Math.ceil(Math.max(GRACE_SHARE * (to - from), GRACE_STEPS * past.cadenceMs)) };
  };
  // As long again is left for what follows on it.
  const hasRoom = (kind: InjectedFaultKind) => endOf(kind).until + (endOf(kind).to - from) < slotTo;
  const kinds = settings.kinds.filter((kind) => hasRoom(kind) && canBeSeen(kind, point, past));
  const kind = kinds[Math.floor(draw('kind') * kinds.length)];
  if (kind === undefined) return undefined;
  const { to, until } = endOf(kind);
  const [shortest, longest] = PERIOD_POINTS;
  const { median, spread, cadenceMs, decimals, isNeverNegative } = past;
  const fault: InjectedFault = {
    kind,
    source: point.source,
    metric,
    from,
    to,
    size: sizeOf(kind, past, settings, draw),
    median,
    spread,
    held: point.metrics[metric]!,
    periodMs: cadenceMs * (shortest + draw('period') * (longest - shortest)),
    ...(decimals === undefined ? {} : { decimals }),
    isNeverNegative,
    key: Math.floor(draw('key') * 2 ** 32),
  };
  return { fault, until, touched: 0 };
}

function canBeSeen(kind: InjectedFaultKind, { metrics }: DataPoint, { median, spread, repeats }: PastView): boolean {
  if (kind === 'frozen') return repeats < REPEATS_MAX;
  if (kind === 'drop-out') return Math.abs(median) > ZERO_SPREADS * spread;
  return kind !== 'broken-relation' || Object.keys(metrics).length > 1;
}

/** Downward in half of all cases, where there is room for it. */
function sizeOf(
  kind: InjectedFaultKind,
  { median, spread, isNeverNegative }: PastView,
  { sizeMin, sizeMax }: InjectionSettings,
  draw: (what: string) => number,
): number {
  if (!isOffset(kind)) return 0;
  const times = sizeMin * (Math.max(sizeMin, sizeMax) / sizeMin) ** draw('size');
  const size = times * FAULT_SPREADS[kind] * spread;
  const hasRoom = !isNeverNegative || median - size > 0;
  return draw('direction') < 0.5 && hasRoom ? -size : size;
}

/** What is known of a cell: its faults, and that all else in it is to be left out. */
function labelsOfCell({ source, week, faults }: Cell): readonly Label[] {
  const labels: Label[] = [];
  let free = week * WEEK_MS;
  const exclude = (to: number) =>
    void (free <= to && labels.push({ source, from: free, to, verdict: 'exclude', origin: 'injected' }));
  for (const { fault, until } of faults) {
    const { kind, metric, from } = fault;
    exclude(from - 1);
    labels.push({ source, metric, from, to: until, verdict: 'real', origin: 'injected', fault: kind });
    free = until + 1;
  }
  exclude((week + 1) * WEEK_MS - 1);
  return labels;
}
