import type { PointRow } from '../../domain/rows';
import { pointOffset } from './identity';
import { float, integer, line, text } from './line-protocol';
import { milliseconds, nanoseconds } from './time';

export const POINTS = 'points';

/**
 * `flags`: bits of what people rarely ask for, and which of the optional fields this row has. Without the latter a row that
 * replaces another would show the other's.
 */
const FLAG = { late: 1, learning: 2, warming: 4, expected: 8, lower: 16, upper: 32, features: 64 } as const;

/** What {@link pointRow} wants, in its order. */
export const POINT_FIELDS = [
  'value',
  'anomaly_score',
  'alarm_score',
  'expected',
  'lower',
  'upper',
  'is_anomaly',
  'degraded',
  'flags',
  'features',
  'model',
  'origin',
] as const;

/**
 * A row as a line. What never serves as a condition stands together in `origin`, as JSON: each field more costs the server
 * as much as a value.
 *
 * @throws {RangeError} if the store cannot keep its timestamp or a number
 */
export function pointLine(row: PointRow): string {
  return line(
    POINTS,
    [
      ['source', row.source],
      ['metric', row.metric],
    ],
    [
      ['value', float(row.value)],
      ['anomaly_score', float(row.anomalyScore)],
      ['alarm_score', float(row.alarmScore)],
      ['expected', float(row.expected)],
      ['lower', float(row.lower)],
      ['upper', float(row.upper)],
      ['is_anomaly', String(row.isAnomaly)],
      ['degraded', String(row.degraded)],
      ['flags', integer(flagsOf(row))],
      ['features', text(row.features && JSON.stringify(row.features))],
      ['model', text(row.versions.model)],
      ['origin', text(JSON.stringify(originOf(row)))],
    ],
    nanoseconds(row.timestamp, pointOffset(row)),
  );
}

/** The row of a point: time and {@link POINT_FIELDS} as the server answers. */
export function pointRow(source: string, metric: string, [time, ...values]: readonly unknown[]): PointRow {
  const [value, anomalyScore, alarmScore, expected, lower, upper, isAnomaly, degraded, flags, features] = values;
  const [model, origin] = values.slice(10);
  const [stream, shard, sequence, index, revision, settings, schema] = JSON.parse(String(origin)) as Origin;
  const has = (flag: number) => (Number(flags) & flag) !== 0;
  return {
    source,
    metric,
    timestamp: milliseconds(String(time)),
    value: Number(value),
    anomalyScore: Number(anomalyScore),
    alarmScore: Number(alarmScore),
    isAnomaly: isAnomaly === true,
    ...(has(FLAG.expected) ? { expected: Number(expected) } : {}),
    ...(has(FLAG.lower) ? { lower: Number(lower) } : {}),
    ...(has(FLAG.upper) ? { upper: Number(upper) } : {}),
    late: has(FLAG.late),
    learning: has(FLAG.learning),
    degraded: degraded === true,
    warming: has(FLAG.warming),
    ...(has(FLAG.features) ? { features: JSON.parse(String(features)) as number[] } : {}),
    revision,
    versions: { model: String(model), settings, schema },
    stream,
    shard,
    sequence,
    index,
  };
}

type Origin = [
  stream: string,
  shard: string,
  sequence: string,
  index: number,
  revision: number,
  settings: number,
  schema: number,
];

function originOf({ stream, shard, sequence, index, revision, versions }: PointRow): Origin {
  return [stream, shard, sequence, index, revision, versions.settings, versions.schema];
}

function flagsOf(row: PointRow): number {
  return (
    (row.late ? FLAG.late : 0) |
    (row.learning ? FLAG.learning : 0) |
    (row.warming ? FLAG.warming : 0) |
    (row.expected === undefined ? 0 : FLAG.expected) |
    (row.lower === undefined ? 0 : FLAG.lower) |
    (row.upper === undefined ? 0 : FLAG.upper) |
    (row.features === undefined ? 0 : FLAG.features)
  );
}
