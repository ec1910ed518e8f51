import type { MeasureValue, _Record as Record_ } from '@aws-sdk/client-timestream-write';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { PointRow } from '../../domain/rows';
import { rowFields } from '../row-fields';

/** What all records of a kind have in common; stands once a call. */
export const POINT_ATTRIBUTES = { MeasureName: 'point', MeasureValueType: 'MULTI', TimeUnit: 'MILLISECONDS' } as const;
export const EVENT_ATTRIBUTES = { ...POINT_ATTRIBUTES, MeasureName: 'anomaly' } as const;

/** Bytes of a text that one measure holds. */
const TEXT_BYTES_MAX = 2_048;
/** The store's time is a signed 64-bit number of nanoseconds. */
export const TIMESTAMP_MS = { min: -9_223_372_036_854, max: 9_223_372_036_853 } as const;

/**
 * A row as a record: identified by source, metric and time. The version decides which of several stays: a higher revision,
 * then the row on time and scored; of equals the one written first.
 *
 * @throws {RangeError} if the store cannot keep a number, a text or the timestamp
 */
export function pointRecord(row: PointRow): Record_ {
  const fields = rowFields(row);
  const { value, anomaly_score, alarm_score, expected, lower, upper } = fields;
  return {
    Dimensions: dimensions({ source: row.source, metric: row.metric }),
    Time: timeOf(row.timestamp),
    Version: row.revision * 2 + (row.late || row.unscored ? 1 : 2),
    MeasureValues: [
      ...doubles({ value, anomaly_score, alarm_score, expected, lower, upper }),
      { Name: 'is_anomaly', Value: String(fields.is_anomaly), Type: 'BOOLEAN' },
      { Name: 'degraded', Value: String(fields.degraded), Type: 'BOOLEAN' },
      { Name: 'flags', Value: String(fields.flags), Type: 'BIGINT' },
      ...texts({ features: fields.features, bar: fields.bar, model: fields.model, origin: fields.origin }),
    ],
  };
}

/** An event as a record: identified by its id; the one written first stays. @throws {RangeError} as {@link pointRecord} */
export function eventRecord(event: AnomalyEvent): Record_ {
  return {
    Dimensions: dimensions({ id: event.id, source: event.source, metric: event.metric }),
    Time: timeOf(event.timestamp),
    Version: 1,
    MeasureValues: [
      ...texts({ kind: event.kind, phase: event.phase, severity: event.severity, episode_id: event.episodeId }),
      { Name: 'transition', Value: String(event.transition), Type: 'BIGINT' },
      ...doubles({
        anomaly_score: event.anomalyScore,
        alarm_score: event.alarmScore,
        threshold: event.threshold,
        value: event.value,
        expected: event.expected,
        lower: event.lower,
        upper: event.upper,
      }),
      ...inPieces('event', JSON.stringify(event)),
    ],
  };
}

/** The event of columns by name: its pieces put together. */
export function eventOfColumns(columns: Readonly<Record<string, string | undefined>>): AnomalyEvent {
  let text = '';
  for (let i = 0; columns[`event_${i}`] !== undefined; i++) text += columns[`event_${i}`];
  return JSON.parse(text) as AnomalyEvent;
}

function dimensions(values: Readonly<Record<string, string | undefined>>) {
  return Object.entries(values).flatMap(([Name, Value]) => (Value === undefined ? [] : [{ Name, Value }]));
}

function timeOf(timestampMs: number): string {
  if (!Number.isInteger(timestampMs) || timestampMs < TIMESTAMP_MS.min || timestampMs > TIMESTAMP_MS.max) {
    throw new RangeError(`timestamp ${timestampMs}: the store keeps whole milliseconds of the years 1677 to 2262`);
  }
  return String(timestampMs);
}

function doubles(values: Readonly<Record<string, number | undefined>>): MeasureValue[] {
  return Object.entries(values).flatMap(([Name, value]) => {
    if (value === undefined) return [];
    if (!Number.isFinite(value)) throw new RangeError(`${Name}: a number is not finite`);
    return [{ Name, Value: Object.is(value, -0) ? '-0' : String(value), Type: 'DOUBLE' as const }];
  });
}

function texts(values: Readonly<Record<string, string | undefined>>): MeasureValue[] {
  return Object.entries(values).flatMap(([Name, Value]) => {
    if (Value === undefined) return [];
    if (Buffer.byteLength(Value) > TEXT_BYTES_MAX) throw new RangeError(`${Name}: more than ${TEXT_BYTES_MAX} bytes`);
    return [{ Name, Value, Type: 'VARCHAR' as const }];
  });
}

/** A long text as `name_0`, `name_1`, …, cut between characters. */
function inPieces(name: string, text: string): MeasureValue[] {
  const pieces: string[] = [''];
  let bytes = 0;
  for (const character of text) {
    const more = Buffer.byteLength(character);
    if (bytes + more > TEXT_BYTES_MAX) {
      pieces.push('');
      bytes = 0;
    }
    pieces[pieces.length - 1] += character;
    bytes += more;
  }
  return pieces.map((Value, i) => ({ Name: `${name}_${i}`, Value, Type: 'VARCHAR' as const }));
}
