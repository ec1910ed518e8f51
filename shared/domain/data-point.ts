import { z } from 'zod';
import { LIMITS } from './limits';

/** A name people chose: any script, no control characters, no lone surrogates, not blank, no space at its ends. */
export const NameSchema = z.string().superRefine((name, context) => {
  const message = nameProblem(name);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

function nameProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length > LIMITS.nameCharsMax) return `must have at most ${LIMITS.nameCharsMax} characters`;
  if (UNUSABLE.test(name)) return 'must have no control characters and no space at its ends';
  return undefined;
}

// C0, DEL and C1 controls, line separators, surrogates without their partner, outer white space.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
const UNUSABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}|^\s|\s$/u;

/** Numbers below this cannot be told from epoch seconds: as milliseconds they lie in the first days of 1973. */
const EPOCH_MS_MIN = 1e11;
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;
/** 0000-01-01 and 9999-12-31: every store can hold what lies between. */
const TIMESTAMP_MS_MIN = -62_167_219_200_000;
const TIMESTAMP_MS_MAX = 253_402_300_799_999;

/** Wire form of an instant (ISO 8601 with a zone, or epoch milliseconds) to epoch milliseconds. */
export const TimestampSchema = z
  .union([z.string(), z.number()], 'must be an ISO 8601 instant or epoch milliseconds')
  .transform((wire, context) => {
    const problem = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (typeof wire === 'number') {
      if (!Number.isInteger(wire)) return problem('must be whole epoch milliseconds');
      if (Math.abs(wire) < EPOCH_MS_MIN) return problem('looks like epoch seconds; epoch milliseconds are expected');
      if (wire < TIMESTAMP_MS_MIN || wire > TIMESTAMP_MS_MAX) return problem('is outside the years 0000 to 9999');
      return wire;
    }
    const ms = ISO_INSTANT.test(wire) ? Date.parse(wire) : Number.NaN;
    if (Number.isNaN(ms))
      return problem('must be an ISO 8601 instant with a zone (2026-11-22T13:00:00Z) or epoch milliseconds');
    return ms;
  });

/**
 * One timestamped observation of a source, as it travels: in a Kinesis record, an HTTP body or a file.
 * A metric that is `null` was not measured and is left out; a point with no metric left is invalid.
 */
export const DataPointSchema = z.object({
  source: NameSchema,
  timestamp: TimestampSchema,
  metrics: named<number | null, number>('metrics', LIMITS.pointMetricsMax, (value) => {
    if (value === null) return { absent: true };
    return typeof value === 'number' && Number.isFinite(value) ? { value } : { problem: 'must be a finite number' };
  }).refine((metrics) => Object.keys(metrics).length > 0, 'must hold at least one measured metric'),
  tags: named<string, string>('tags', LIMITS.pointTagsMax, (value) =>
    typeof value === 'string' && value.length <= LIMITS.nameCharsMax
      ? { value }
      : { problem: `must be text of at most ${LIMITS.nameCharsMax} characters` },
  ).optional(),
});

/** A data point after parsing: timestamp in epoch milliseconds, only finite metrics. */
export interface DataPoint {
  readonly source: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Metric name to value, in the metric's own unit; at least one, all finite. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A data point as a producer writes it. */
export interface WireDataPoint {
  readonly source: string;
  /** ISO 8601 with a zone, or epoch milliseconds. */
  readonly timestamp: string | number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly tags?: Readonly<Record<string, string>>;
}

export const SAMPLE_DATA_POINT: WireDataPoint = {
  source: 'pump-17',
  timestamp: '2026-11-22T13:00:00Z',
  metrics: { temperature: 71.2, vibration: 0.02 },
  tags: { site: 'berlin' },
};

/** Why something that arrived is not a data point, and where in the record. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** Path of the offending field, as `metrics.temperature`; absent when the whole line is at fault. */
  readonly field?: string;
  /**
   * Position in the record, from 0: index of the array element, or of the line among those that hold anything. In a record
   * that the KPL aggregated, 10,000 × the index of the user record is added.
   */
  readonly index: number;
  /** A sentence for people. Never holds the rejected value beyond 40 characters. */
  readonly message: string;
}

export const REJECTION_REASONS = [
  'not-json',
  'not-text',
  'not-gzip',
  'not-line-protocol',
  'not-kpl',
  'too-large',
  'too-many-points',
  'empty',
  'invalid-field',
  'too-far-in-future',
  'too-far-in-past',
  'not-storable',
  'over-budget',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/**
 * Checks one decoded JSON value. O(fields).
 *
 * @param index position in the record, kept in a rejection
 */
export function toDataPoint(value: unknown, index: number): DataPoint | Rejection {
  const plain = plainPoint(value);
  if (plain !== undefined) return plain;
  const parsed = DataPointSchema.safeParse(value);
  if (parsed.success) return { ...parsed.data, tags: parsed.data.tags ?? NO_TAGS };
  const issue = parsed.error.issues[0]!;
  const field = issue.path
    .map(String)
    .join('.')
    .slice(0, 2 * LIMITS.nameCharsMax);
  const what = issue.message.replace(/^Invalid input: /, '');
  return {
    reason: 'invalid-field',
    ...(field === '' ? {} : { field }),
    index,
    message: field === '' ? `a data point must be a JSON object: ${what}` : `${field}: ${what}`,
  };
}

/**
 * What {@link DataPointSchema} makes of a point without tags and with its time in milliseconds, at a fifth of the time;
 * undefined for anything else, which the schema judges.
 */
function plainPoint(value: unknown): DataPoint | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { source, timestamp, metrics, tags } = value as Partial<Record<keyof DataPoint, unknown>>;
  if (typeof source !== 'string' || nameProblem(source) !== undefined || tags !== undefined) return undefined;
  if (!Number.isInteger(timestamp)) return undefined;
  if ((timestamp as number) < EPOCH_MS_MIN || (timestamp as number) > TIMESTAMP_MS_MAX) return undefined;
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics)) return undefined;
  const names = Object.keys(metrics);
  if (names.length === 0 || names.length > LIMITS.pointMetricsMax) return undefined;
  const kept: Record<string, number> = Object.create(null);
  for (const name of names) {
    const measured = (metrics as Record<string, unknown>)[name];
    if (typeof measured !== 'number' || !Number.isFinite(measured) || nameProblem(name) !== undefined) return undefined;
    kept[name] = measured;
  }
  return { source, timestamp: timestamp as number, metrics: kept, tags: NO_TAGS };
}

export function isRejection(result: DataPoint | Rejection): result is Rejection {
  return 'reason' in result;
}

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

type Judgement<T> = { readonly value: T } | { readonly absent: true } | { readonly problem: string };

/**
 * An object of names to values. Not z.record: that drops a key called `__proto__` without a word. The result has no
 * prototype, so that a metric may have any name.
 */
function named<In, Out>(what: string, countMax: number, judge: (value: unknown) => Judgement<Out>) {
  return z
    .custom<Record<string, In>>((wire) => typeof wire === 'object' && wire !== null && !Array.isArray(wire), {
      error: 'must be an object',
      abort: true,
    })
    .transform((wire, context) => {
      const names = Object.keys(wire);
      const kept: Record<string, Out> = Object.create(null);
      const refuse = (message: string, path: string[] = []) => {
        context.addIssue({ code: 'custom', message, path });
        return z.NEVER;
      };
      if (names.length > countMax) return refuse(`must hold at most ${countMax} ${what}`);
      for (const name of names) {
        const problem = nameProblem(name);
        if (problem !== undefined) return refuse(`name ${problem}`, [name.slice(0, 40)]);
        const judged = judge(wire[name]);
        if ('problem' in judged) return refuse(judged.problem, [name]);
        if ('value' in judged) kept[name] = judged.value;
      }
      return kept;
    });
}
