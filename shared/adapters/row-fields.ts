import type { RecentRow } from '../detection/ports';
import type { AlarmBar, PointRow } from '../domain/rows';

/**
 * A row as fields for stores that keep columns of numbers, texts and booleans: one a column that people ask for, and the
 * rest in few. Optional fields that a store cannot leave out again, once another row had them, are told by bits in `flags`.
 */
export interface RowFields {
  readonly value: number;
  readonly anomaly_score: number;
  readonly alarm_score: number;
  readonly expected: number | undefined;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  readonly is_anomaly: boolean;
  readonly degraded: boolean;
  readonly flags: number;
  /** JSON. */
  readonly features: string | undefined;
  /** JSON: threshold, hurdle. */
  readonly bar: string | undefined;
  readonly model: string;
  /** JSON of what never serves as a condition. */
  readonly origin: string;
}

const FLAG = {
  late: 1,
  learning: 2,
  warming: 4,
  expected: 8,
  lower: 16,
  upper: 32,
  features: 64,
  bar: 128,
  anomaly: 256,
  degraded: 512,
  unscored: 1024,
} as const;

/**
 * With a model at its end, it stands for the field of that name, and flags for the fields that say whether the row is an anomaly and
 * whether it is degraded: a store to which every field of a row is dear leaves these out.
 */
type Origin = [
  stream: string,
  shard: string,
  sequence: string,
  index: number,
  revision: number,
  settings: number,
  schema: number,
  model?: string,
];

export function rowFields(row: PointRow): RowFields {
  const { stream, shard, sequence, index, revision, versions, features, bar } = row;
  const origin: Origin = [stream, shard, sequence, index, revision, versions.settings, versions.schema];
  return {
    value: row.value,
    anomaly_score: row.anomalyScore,
    alarm_score: row.alarmScore,
    expected: row.expected,
    lower: row.lower,
    upper: row.upper,
    is_anomaly: row.isAnomaly,
    degraded: row.degraded,
    flags: flagsOf(row),
    features: features && JSON.stringify(features),
    bar: bar && JSON.stringify([bar.threshold, bar.hurdle]),
    model: versions.model,
    origin: JSON.stringify(origin),
  };
}

/** The row of fields as a store gives them back: numbers may be texts, and what is not there null. */
export function rowOfFields(
  source: string,
  metric: string,
  timestamp: number,
  fields: Readonly<Record<keyof RowFields, unknown>>,
): PointRow {
  const origin = JSON.parse(String(fields.origin)) as Origin;
  const [, , , , , settings, schema, model] = origin;
  const has = (flag: number) => (Number(fields.flags) & flag) !== 0;
  const says = (field: unknown, flag: number) => (model === undefined ? String(field) === 'true' : has(flag));
  return {
    ...learntFrom(source, metric, timestamp, fields, origin),
    isAnomaly: says(fields.is_anomaly, FLAG.anomaly),
    ...(has(FLAG.expected) ? { expected: Number(fields.expected) } : {}),
    ...(has(FLAG.lower) ? { lower: Number(fields.lower) } : {}),
    ...(has(FLAG.upper) ? { upper: Number(fields.upper) } : {}),
    learning: has(FLAG.learning),
    degraded: says(fields.degraded, FLAG.degraded),
    warming: has(FLAG.warming),
    ...(has(FLAG.features) ? { features: JSON.parse(String(fields.features)) as number[] } : {}),
    ...(has(FLAG.bar) ? { bar: barOf(String(fields.bar)) } : {}),
    versions: { model: model ?? String(fields.model), settings, schema },
  };
}

/** The fields of a row from which it can be learnt again. */
export const RECENT_FIELDS = ['value', 'anomaly_score', 'alarm_score', 'flags', 'origin'] as const;
type RecentFields = Readonly<Record<(typeof RECENT_FIELDS)[number], unknown>>;

export function recentOfFields(source: string, metric: string, timestamp: number, fields: RecentFields): RecentRow {
  return learntFrom(source, metric, timestamp, fields, JSON.parse(String(fields.origin)) as Origin);
}

function learntFrom(
  source: string,
  metric: string,
  timestamp: number,
  fields: RecentFields,
  [stream, shard, sequence, index, revision]: Origin,
): RecentRow {
  return {
    source,
    metric,
    timestamp,
    value: Number(fields.value),
    anomalyScore: Number(fields.anomaly_score),
    alarmScore: Number(fields.alarm_score),
    late: (Number(fields.flags) & FLAG.late) !== 0,
    ...((Number(fields.flags) & FLAG.unscored) === 0 ? {} : { unscored: true }),
    revision,
    stream,
    shard,
    sequence,
    index,
  };
}

export function flagsOf(row: PointRow): number {
  return (
    (row.late ? FLAG.late : 0) |
    (row.learning ? FLAG.learning : 0) |
    (row.warming ? FLAG.warming : 0) |
    (row.expected === undefined ? 0 : FLAG.expected) |
    (row.lower === undefined ? 0 : FLAG.lower) |
    (row.upper === undefined ? 0 : FLAG.upper) |
    (row.features === undefined ? 0 : FLAG.features) |
    (row.bar === undefined ? 0 : FLAG.bar) |
    (row.isAnomaly ? FLAG.anomaly : 0) |
    (row.degraded ? FLAG.degraded : 0) |
    (row.unscored ? FLAG.unscored : 0)
  );
}

function barOf(text: string): AlarmBar {
  const [threshold, hurdle] = JSON.parse(text) as [threshold: number, hurdle: number];
  return { threshold, hurdle };
}
