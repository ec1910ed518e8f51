import { z } from 'zod';
import type { QuarantineObject } from '../domain/rows';
import type { ObjectPlace } from './object-place';
import { byDay, dayOf, nameOfObjects, quarantineObjectOf } from './quarantine-lines';

/** What is in quarantine, and when it was put on the stream again, if it was. Times in epoch milliseconds. */
export interface KeptObject {
  readonly object: QuarantineObject;
  readonly redrivenAt: number | undefined;
}

/** What has come within these arrivals: from `since` on, before `until`; absent: all. */
export interface Window {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface QuarantineArchive {
  /** By day of arrival, each id once; objects of one record one after the other. Memory grows with the ids of one day. */
  read(window?: Window): AsyncGenerator<KeptObject>;
  /** Says that they were put on the stream again; the same again has no effect. */
  markRedriven(objects: readonly QuarantineObject[], at: number): Promise<void>;
}

const MarkSchema = z.object({ id: z.string(), at: z.number() });
const PREFIX = 'quarantine/';

/** What a deployed or a local detect-anomalies has put below `quarantine/`; marks lie below `redriven/quarantine/`. */
export function openQuarantineArchive(place: ObjectPlace): QuarantineArchive {
  return {
    async *read({ since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = {}) {
      let day = { name: '', seen: new Set<string>(), marks: new Map<string, number>() };
      for await (const key of place.keys(
        PREFIX,
        since === Number.NEGATIVE_INFINITY ? undefined : PREFIX + dayOf(since),
      )) {
        const [, name = ''] = /^quarantine\/([^/.]+)[/.].*ndjson$/.exec(key) ?? [];
        if (name === '') continue;
        if (name !== day.name) day = { name, seen: new Set(), marks: await marksOf(place, name) };
        for await (const line of place.lines(key)) {
          const object = quarantineObjectOf(line);
          if (object === undefined || day.seen.has(object.id)) continue;
          day.seen.add(object.id);
          if (object.arrival >= since && object.arrival < until) yield { object, redrivenAt: day.marks.get(object.id) };
        }
      }
    },
    async markRedriven(objects, at) {
      for (const [name, ofDay] of byDay(objects)) {
        const text = ofDay.map(({ id }) => `${JSON.stringify({ id, at })}\n`).join('');
        await place.put(`redriven/${PREFIX}${name}/${nameOfObjects(ofDay)}.ndjson`, text);
      }
    },
  };
}

async function marksOf(place: ObjectPlace, day: string): Promise<Map<string, number>> {
  const marks = new Map<string, number>();
  for await (const key of place.keys(`redriven/${PREFIX}${day}/`)) {
    for await (const line of place.lines(key)) {
      const mark = markOf(line);
      if (mark !== undefined) marks.set(mark.id, mark.at);
    }
  }
  return marks;
}

function markOf(line: string): z.output<typeof MarkSchema> | undefined {
  try {
    return MarkSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
