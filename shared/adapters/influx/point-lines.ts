import type { PointRow } from '../../domain/rows';
import { flagsOf, type RowFields, rowFields, rowOfFields } from '../row-fields';
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

/**
 * A row as a line of few fields, since the server pays for each: is_anomaly and degraded, which people ask by, stand only where they are
 * true, the model stands in the origin.
 *
 * @throws {RangeError} if the store cannot keep its timestamp or a number
 */
export function pointLine(row: PointRow): string {
  const labels = `${POINTS},source=${escapedTag(row.source)},metric=${escapedTag(row.metric)}`;
  const scores = `value=${float(row.value)},anomaly_score=${float(row.anomalyScore)},alarm_score=${float(row.alarmScore)}`;
  const band = `${optional('expected', float(row.expected))}${optional('lower', float(row.lower))}${optional('upper', float(row.upper))}`;
  const said = `${row.isAnomaly ? ',is_anomaly=true' : ''}${row.degraded ? ',degraded=true' : ''},flags=${integer(flagsOf(row))}`;
  // One text at once: lists of names and values, as other lines are made of, would cost as much again.
  return `${labels} ${scores}${band}${said}${keptFor(row)},origin=${originField(row)} ${nanoseconds(row.timestamp, pointOffset(row))}`;
}

/** What only re-scoring needs. */
function keptFor(row: PointRow): string {
  if (row.features === undefined && row.bar === undefined) return '';
  const { features, bar } = rowFields(row);
  return `${optional('features', text(features))}${optional('bar', text(bar))}`;
}

/** The origin of a row with its model. Of the rows of a batch only sequence and index differ, so the rest is made once. */
function originField({ stream, shard, sequence, index, revision, versions }: PointRow): string {
  const { model, settings, schema } = versions;
  if (last.stream !== stream || last.shard !== shard || last.model !== model) {
    const [place, name] = [JSON.stringify([stream, shard]).slice(0, -1), JSON.stringify(model)];
    last = { stream, shard, model, place: inside(place), name: inside(name) };
  }
  const rest = `${index},${revision},${settings},${schema},${last.name}]`;
  return `"${last.place},${inside(JSON.stringify(sequence))},${rest}"`;
}

let last = { stream: '', shard: '', model: '', place: '', name: '' };

/** As it stands between the quotes of a text. */
function inside(json: string): string {
  return text(json).slice(1, -1);
}

/** The row of a point: time and {@link POINT_FIELDS} as the server answers. */
export function pointRow(source: string, metric: string, [time, ...values]: readonly unknown[]): PointRow {
  const fields = Object.fromEntries(POINT_FIELDS.map((name, i) => [name, values[i]]));
  return rowOfFields(source, metric, milliseconds(String(time)), fields as Record<keyof RowFields, unknown>);
}

function optional(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,${name}=${value}`;
}
