import type { Label } from './labels';
import { SCORE_BUCKETS } from './measures';

export const DAY_MS = 86_400_000;
/** Weeks begin where days of the epoch do, on Thursdays. */
export const WEEK_MS = 7 * DAY_MS;

/** What models did in one source and one week: the unit in which chance is asked. Lists have an entry a model. */
export interface Block {
  readonly source: string;
  readonly week: number;
  /** Time of series in it that counts. */
  spanMs: number;
  /** Episodes that began where nothing was wrong. */
  readonly falseAlarms: number[];
  /** Buckets of the strongest alarm score of each usual day of each series. */
  readonly usualDays: number[][];
}

/** What models did in a labelled window. Lists have an entry a model. */
export interface WindowOutcome {
  readonly label: Label;
  /** Index of the block in which it begins. */
  readonly block: number;
  /** Bucket of the strongest alarm score; of the strongest that no earlier alarm held back, −1 if all were. */
  readonly strongest: number[];
  readonly loudest: number[];
  /** When it was first an anomaly. */
  readonly firstAlarm: (number | undefined)[];
}

/** What a replay found out about each of several models: all that measures are made of. Memory: a number a series and day. */
export interface Evidence {
  readonly blocks: readonly Block[];
  readonly windows: readonly WindowOutcome[];
  /**
   * By model and bucket: how many false alarms there would have been with the threshold there. An episode lasts until scores were calm
   * for the release time, whatever the threshold.
   */
  readonly falseAlarmsAt: readonly Float64Array[];
}

export interface EvidenceLog {
  blockOf(source: string, timestamp: number): Block;
  windowOf(label: Label): WindowOutcome;
  /** An alarm that nothing held back where nothing was wrong, in a spell whose strongest so far was in bucket `before`. */
  falseAlarmAbove(model: number, before: number, bucket: number): void;
  evidence(): Evidence;
}

export function openEvidenceLog(models: number): EvidenceLog {
  const blocks: Block[] = [];
  const places = new Map<string, Map<number, number>>();
  const windows = new Map<Label, WindowOutcome>();
  // Differences from bucket to bucket: an alarm counts for every threshold above what was before, up to its own.
  const steps = Array.from({ length: models }, () => new Float64Array(SCORE_BUCKETS + 1));

  function placeOf(source: string, timestamp: number): number {
    const week = Math.floor(timestamp / WEEK_MS);
    const weeks = places.get(source) ?? new Map<number, number>();
    places.set(source, weeks);
    const known = weeks.get(week);
    if (known !== undefined) return known;
    weeks.set(week, blocks.length);
    const zeros = Array.from({ length: models }, () => 0);
    blocks.push({ source, week, spanMs: 0, falseAlarms: zeros, usualDays: zeros.map(() => []) });
    return blocks.length - 1;
  }

  return {
    blockOf: (source, timestamp) => blocks[placeOf(source, timestamp)]!,
    windowOf(label) {
      const known = windows.get(label);
      if (known !== undefined) return known;
      const each = <T>(value: T) => Array.from({ length: models }, () => value);
      const window: WindowOutcome = {
        label,
        block: placeOf(label.source, label.from),
        strongest: each(0),
        loudest: each(-1),
        firstAlarm: each<number | undefined>(undefined),
      };
      windows.set(label, window);
      return window;
    },
    falseAlarmAbove(model, before, bucket) {
      steps[model]![before + 1]! += 1;
      steps[model]![bucket + 1]! -= 1;
    },
    evidence: () => ({ ...inOrder(blocks, [...windows.values()]), falseAlarmsAt: steps.map(summed) }),
  };
}

/** By source and time, so that it does not show in which order sources took turns. */
function inOrder(blocks: readonly Block[], windows: readonly WindowOutcome[]): Pick<Evidence, 'blocks' | 'windows'> {
  const order = [...blocks.keys()].sort(
    (a, b) => compare(blocks[a]!.source, blocks[b]!.source) || blocks[a]!.week - blocks[b]!.week,
  );
  const places = new Map(order.map((before, after) => [before, after]));
  const sorted = windows
    .map((window) => ({ ...window, block: places.get(window.block)! }))
    .sort((a, b) => a.block - b.block || a.label.from - b.label.from || compareMetrics(a.label, b.label));
  return { blocks: order.map((at) => blocks[at]!), windows: sorted };
}

function compareMetrics(a: Label, b: Label): number {
  return compare(a.metric ?? '', b.metric ?? '');
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function summed(steps: Float64Array): Float64Array {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
