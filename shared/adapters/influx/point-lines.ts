import type { PointRow } from '../../domain/rows';
import { type RowFields, rowFields, rowOfFields } from '../row-fields';
import { pointOffset } from './identity';
import { float, integer, line, text } from './line-protocol';
import { milliseconds, nanoseconds } from './time';

export const POINTS = 'points';

/** What {@link pointRow} wants, in its order. */
export const POINT_FIELDS: readonly (keyof RowFields)[] = [
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
  'bar',
  'model',
  'origin',
];

/** @throws {RangeError} if the store cannot keep its timestamp or a number */
export function pointLine(row: PointRow): string {
  const fields = rowFields(row);
  return line(
    POINTS,
    [
      ['source', row.source],
      ['metric', row.metric],
    ],
    [
      ['value', float(fields.value)],
      ['anomaly_score', float(fields.anomaly_score)],
      ['alarm_score', float(fields.alarm_score)],
      ['expected', float(fields.expected)],
      ['lower', float(fields.lower)],
      ['upper', float(fields.upper)],
      ['is_anomaly', String(fields.is_anomaly)],
      ['degraded', String(fields.degraded)],
      ['flags', integer(fields.flags)],
      ['features', text(fields.features)],
      ['bar', text(fields.bar)],
      ['model', text(fields.model)],
      ['origin', text(fields.origin)],
    ],
    nanoseconds(row.timestamp, pointOffset(row)),
  );
}

/** The row of a point: time and {@link POINT_FIELDS} as the server answers. */
export function pointRow(source: string, metric: string, [time, ...values]: readonly unknown[]): PointRow {
  const fields = Object.fromEntries(POINT_FIELDS.map((name, i) => [name, values[i]]));
  return rowOfFields(source, metric, milliseconds(String(time)), fields as Record<keyof RowFields, unknown>);
}
