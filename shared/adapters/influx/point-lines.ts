import type { PointRow } from '../../domain/rows';
import { type RowFields, rowFields, rowOfFields } from '../row-fields';
import { pointOffset } from './identity';
import { escapedTag, float, integer, text } from './line-protocol';
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
  const labels = `${POINTS},source=${escapedTag(row.source)},metric=${escapedTag(row.metric)}`;
  const scores = `value=${float(fields.value)},anomaly_score=${float(fields.anomaly_score)},alarm_score=${float(fields.alarm_score)}`;
  const band = `${optional('expected', float(fields.expected))}${optional('lower', float(fields.lower))}${optional('upper', float(fields.upper))}`;
  const flags = `is_anomaly=${fields.is_anomaly},degraded=${fields.degraded},flags=${integer(fields.flags)}`;
  const texts = `${optional('features', text(fields.features))}${optional('bar', text(fields.bar))},model=${text(fields.model)},origin=${text(fields.origin)}`;
  // One text at once: lists of names and values, as other lines are made of, would cost as much again.
  return `${labels} ${scores}${band},${flags}${texts} ${nanoseconds(row.timestamp, pointOffset(row))}`;
}

/** The row of a point: time and {@link POINT_FIELDS} as the server answers. */
export function pointRow(source: string, metric: string, [time, ...values]: readonly unknown[]): PointRow {
  const fields = Object.fromEntries(POINT_FIELDS.map((name, i) => [name, values[i]]));
  return rowOfFields(source, metric, milliseconds(String(time)), fields as Record<keyof RowFields, unknown>);
}

function optional(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,${name}=${value}`;
}
