import { FEATURE_SCHEMA_VERSION } from '../../shared/detection/model';
import type { StateFields } from '../../shared/detection/ports';
import type { PlaceRequest, SourcePlaces } from '../../shared/detection/source-places';
import type { PointRow } from '../../shared/domain/rows';
import type { SourceWork } from './plan-batch';
import { type BatchCounts, zeroCounts } from './services';
import type { Memory } from './warming/cache-witness';

/** Field of a source's state that says when its place was renewed last. */
export const PLACE_FIELD = 'place';
const DAY_MS = 86_400_000;

/** Sources of a batch by whether they may have a memory. */
export interface Admission {
  readonly inside: readonly SourceWork[];
  /** Where the inside ones stood in the batch. */
  readonly insideAt: readonly number[];
  readonly outside: readonly SourceWork[];
}

/**
 * Asks for places: of sources without a memory, and once a day for those that have one. A usual batch asks for none.
 *
 * @param states as loaded
 * @param seen what this process saw committed of each: it has a place, although the cache may have lost its memory
 * @param places absent: everybody may have a memory
 */
export async function admitted(
  works: readonly SourceWork[],
  states: readonly (StateFields | undefined)[],
  seen: readonly (Memory | undefined)[],
  places: SourcePlaces | undefined,
): Promise<Admission> {
  if (places === undefined) return { inside: works, insideAt: works.map((_, i) => i), outside: [] };
  const asking: { at: number; request: PlaceRequest }[] = [];
  works.forEach((work, at) => {
    const { first, last } = arrivalsOf(work);
    const known = states[at];
    if (known !== undefined && dayOf(last) <= (placeDayOf(known) ?? Number.NEGATIVE_INFINITY)) return;
    const isKnown = known !== undefined || seen[at] !== undefined;
    asking.push({ at, request: { source: work.source, first, last, isKnown } });
  });
  if (asking.length === 0) return { inside: works, insideAt: works.map((_, i) => i), outside: [] };
  const answers = await places.take(asking.map(({ request }) => request));
  const answerAt = new Map(asking.map(({ at, request }, i) => [at, { has: answers[i]!, last: request.last }]));
  const insideAt = works.flatMap((_, at) => (answerAt.get(at)?.has === false ? [] : [at]));
  return {
    inside: insideAt.map((at) => {
      const answer = answerAt.get(at);
      return answer === undefined ? works[at]! : { ...works[at]!, placeDay: dayOf(answer.last) };
    }),
    insideAt,
    outside: works.filter((_, at) => answerAt.get(at)?.has === false),
  };
}

/** Rows of sources that have no place: stored as they are, and nothing is remembered of them. */
export function unscoredRows(
  works: readonly SourceWork[],
  { model, settings }: { readonly model: string; readonly settings: number },
): { readonly rows: readonly PointRow[]; readonly counts: BatchCounts } {
  const counts = zeroCounts();
  const versions = { model, settings, schema: FEATURE_SCHEMA_VERSION };
  const rows: PointRow[] = [];
  for (const { points } of works) {
    for (const { point, position, redriven } of points) {
      counts.points += 1;
      if (redriven !== undefined) counts.redriven += 1;
      for (const [metric, value] of Object.entries(point.metrics)) {
        counts.values += 1;
        counts.unscored += 1;
        rows.push({
          ...{ source: point.source, metric, timestamp: point.timestamp, value },
          ...{ anomalyScore: 0, alarmScore: 0, isAnomaly: false },
          ...{ late: false, learning: false, degraded: false, warming: false, unscored: true },
          ...{ revision: 0, versions },
          ...position,
        });
      }
    }
  }
  return { rows, counts };
}

export function encodePlaceDay(day: number): Uint8Array {
  return new TextEncoder().encode(String(day));
}

/** What cannot be read is asked for again. */
function placeDayOf(fields: StateFields): number | undefined {
  const text = new TextDecoder().decode(fields.get(PLACE_FIELD));
  return /^\d{1,7}$/.test(text) ? Number(text) : undefined;
}

function dayOf(arrival: number): number {
  return Math.floor(arrival / DAY_MS);
}

function arrivalsOf({ points }: SourceWork): { readonly first: number; readonly last: number } {
  return { first: points[0]!.arrival, last: points[points.length - 1]!.arrival };
}
