import { createHash } from 'node:crypto';
import { type QuarantineObject, QuarantineObjectSchema } from '../domain/rows';

/** Quarantined records as NDJSON by day of arrival, wherever they are kept: readable with `less` and `jq`. */

/** Objects of each day (UTC), in order. */
export function byDay(objects: Iterable<QuarantineObject>): Map<string, QuarantineObject[]> {
  const days = new Map<string, QuarantineObject[]>();
  for (const object of objects) {
    const day = dayOf(object.arrival);
    const ofDay = days.get(day);
    if (ofDay === undefined) days.set(day, [object]);
    else ofDay.push(object);
  }
  return days;
}

/** `2026-11-22`; an arrival that no calendar has goes to `undated`. */
export function dayOf(arrival: number): string {
  const date = new Date(arrival);
  return Number.isNaN(date.getTime()) ? 'undated' : date.toISOString().slice(0, -14);
}

/** A name that follows from the ids within. */
export function nameOfObjects(objects: readonly Pick<QuarantineObject, 'id'>[]): string {
  return createHash('sha256')
    .update(JSON.stringify(objects.map(({ id }) => id)))
    .digest('hex')
    .slice(0, 32);
}

/** The object of a line; none if it is torn or something else. */
export function quarantineObjectOf(line: string): QuarantineObject | undefined {
  try {
    return QuarantineObjectSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
