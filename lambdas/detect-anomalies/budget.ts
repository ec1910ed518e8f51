import { METRIC_PREFIX } from '../../shared/detection/open-source-detector';
import type { PopulationScore } from '../../shared/detection/population-score';
import type { StateFields } from '../../shared/detection/ports';
import type { PlaceRequest, SourcePlaces } from '../../shared/detection/source-places';
import type { Versions } from '../../shared/domain/anomaly-event';
import type { PointRow } from '../../shared/domain/rows';
import type { SourceSettings } from '../../shared/domain/settings';
import { uniformOf } from '../../shared/training/sample-hash';
import type { SourceWork } from './plan-batch';
import { type BatchCounts, zeroCounts } from './services';
import type { OverBudget } from './strangers';
import type { Memory } from './warming/cache-witness';

/** Field of a source's state that says when its places were renewed last. */
export const PLACE_FIELD = 'place';
const DAY_MS = 86_400_000;

/** Sources of a batch by whether they may have a memory. */
export interface Admission {
  /** Each with the number of metrics that it has places for. */
  readonly inside: readonly SourceWork[];
  /** Where the inside ones stood in the batch. */
  readonly insideAt: readonly number[];
  readonly outside: readonly SourceWork[];
}

/**
 * Asks for places: of sources without a memory or with metrics that have none, and once a day for those that have all. A
 * usual batch asks for none.
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
  if (places === undefined) return { inside: works, insideAt: works.map((_, at) => at), outside: [] };
  const demands = works.map((work, at) => demandOf(work, states[at], seen[at]));
  const asking = demands.filter(({ asks }) => asks);
  const answers = asking.length === 0 ? [] : await places.take(asking.map(({ request }) => request));
  const taken = new Map(asking.map((demand, i) => [demand, answers[i]!]));
  const inside: SourceWork[] = [];
  const insideAt: number[] = [];
  const outside: SourceWork[] = [];
  works.forEach((work, at) => {
    const demand = demands[at]!;
    const has = taken.get(demand);
    if (has === 0) {
      outside.push(work);
      return;
    }
    insideAt.push(at);
    const bounded = { ...work, metricsMax: has ?? demand.request.known };
    inside.push(has === undefined ? bounded : { ...bounded, placeDay: demand.day });
  });
  return { inside, insideAt, outside };
}

interface Demand {
  readonly request: PlaceRequest;
  /** Is it to be asked, or does the source have all places that it needs, renewed today? */
  readonly asks: boolean;
  readonly day: number;
}

function demandOf(work: SourceWork, state: StateFields | undefined, seen: Memory | undefined): Demand {
  const { source, points, settings } = work;
  const first = points[0]!.arrival;
  const last = points[points.length - 1]!.arrival;
  const day = renewalDay(source, last);
  const remembered = state === undefined ? 0 : metricsKnown(state);
  // Who has a memory has a place, although nothing of its metrics may be in it yet.
  const known = state === undefined && seen === undefined ? 0 : Math.max(1, remembered);
  const series = Math.max(1, known, Math.min(remembered + metricsNew(work, state), settings.metricsMax));
  const isRenewed = state !== undefined && day <= (placeDayOf(state) ?? Number.NEGATIVE_INFINITY);
  return {
    request: { source, first, last, series, known, renews: !isRenewed },
    asks: !isRenewed || series > known,
    day,
  };
}

function metricsKnown(state: StateFields): number {
  let count = 0;
  for (const name of state.keys()) if (name.startsWith(METRIC_PREFIX)) count++;
  return count;
}

/** Metrics of the points that have no memory. */
function metricsNew({ points }: SourceWork, state: StateFields | undefined): number {
  const names = new Set<string>();
  for (const { point } of points)
    for (const name in point.metrics) if (state?.has(METRIC_PREFIX + name) !== true) names.add(name);
  return names.size;
}

/** Settings by which a memory grows to as many metrics as it has places for. */
export function boundedSettings({ settings, metricsMax }: SourceWork): SourceSettings {
  return metricsMax === undefined || metricsMax >= settings.metricsMax ? settings : { ...settings, metricsMax };
}

/** How values are judged that nobody has a memory for, and with what. */
export interface Stateless {
  /** Absent: they score 0. */
  readonly population?: PopulationScore | undefined;
  readonly versions: Versions;
  /** Those that are not even stored. */
  readonly overBudget: OverBudget;
}

/** Rows of sources that have no place: stored as they are, as far as the store has room, and nothing is remembered of them. */
export function unscoredRows(
  works: readonly SourceWork[],
  { population, versions, overBudget }: Stateless,
): { readonly rows: readonly PointRow[]; readonly counts: BatchCounts } {
  const counts = zeroCounts();
  const rows: PointRow[] = [];
  for (const { points, settings } of works) {
    for (const { point, position, redriven } of points) {
      counts.points += 1;
      if (redriven !== undefined) counts.redriven += 1;
      let isSetAside = false;
      for (const [metric, value] of Object.entries(point.metrics)) {
        if (overBudget.has(point.source, metric)) {
          counts.overBudget += 1;
          isSetAside = true;
          continue;
        }
        counts.values += 1;
        counts.unscored += 1;
        const anomalyScore = population?.(metric, value, point.timestamp, settings) ?? 0;
        rows.push({
          ...{ source: point.source, metric, timestamp: point.timestamp, value },
          ...{ anomalyScore, alarmScore: 0, isAnomaly: false },
          ...{ late: false, learning: false, degraded: false, warming: false, unscored: true },
          ...{ revision: 0, versions },
          ...position,
        });
      }
      if (isSetAside) counts.rejected += 1;
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

/**
 * Days by which a source's places are renewed: they begin at an hour of its own, since all places of a fleet lie under one key
 * of the cache.
 */
export function renewalDay(source: string, arrival: number): number {
  return Math.floor(arrival / DAY_MS + uniformOf(source));
}
