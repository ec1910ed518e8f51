import { FEATURE_SCHEMA_VERSION, type Model } from '../../../shared/detection/model';
import { CHECKPOINT_FIELD, type RecentRow, type StateFields } from '../../../shared/detection/ports';
import type { ConcludeContext, Observation, OpenSourceDetector } from '../../../shared/detection/source-detector';
import type { DataPoint } from '../../../shared/domain/data-point';
import { type Checkpoint, comparePositions } from '../../../shared/domain/position';
import type { SourceWork } from '../plan-batch';

/** A data point as its rows tell of it. */
interface StoredPoint {
  readonly position: RecentRow;
  readonly rows: ReadonlyMap<string, RecentRow>;
}

export interface Engine {
  readonly openDetector: OpenSourceDetector;
  /** Judges what has no row: the relations of a source. */
  readonly builtIn: Model;
}

/**
 * Learns stored rows as if they came again, without any effect outside. Stage 2 is given the scores that were stored, so that
 * alarms hold and episodes stand as they were told. Where the rows follow what `base` has learnt without a gap, the state is
 * the one that was lost, byte for byte, but for what no row tells: arrivals, and a model other than the built-in one on relations.
 *
 * @param base the state to go on from; undefined: from nothing, and late rows, which never taught anything, are left out
 * @returns fields that changed, the checkpoint among them. O(rows)
 */
export function replay(
  { source, settings, points }: SourceWork,
  base: { readonly fields: StateFields | undefined; readonly checkpoint: Checkpoint },
  rows: readonly RecentRow[],
  { openDetector, builtIn }: Engine,
): StateFields {
  const detector = openDetector(source, settings, base.fields);
  const told = base.fields === undefined ? rows.filter(({ late }) => !late) : rows;
  const order = Object.keys(points[0]?.point.metrics ?? {});
  let { checkpoint } = base;
  for (const stored of inOrder(told)) {
    const point = dataPoint(source, stored, order);
    const observations = detector.advance(point);
    const scores = observations.flatMap((observation) => scoreOf(observation, stored, builtIn));
    detector.conclude(point, observations, scores, CONTEXT);
    checkpoint = checkpoint.advanced(stored.position);
  }
  return new Map([...detector.encode(), [CHECKPOINT_FIELD, new TextEncoder().encode(checkpoint.encode())]]);
}

/** What becomes of it is not told again, so nobody reads this. */
const CONTEXT: ConcludeContext = {
  versions: { model: '', settings: 0, schema: FEATURE_SCHEMA_VERSION },
  degraded: false,
  warming: true,
};

function scoreOf({ features, metric }: Observation, { rows }: StoredPoint, builtIn: Model) {
  if (features === undefined) return [];
  const row = metric === undefined ? undefined : rows.get(metric);
  return [row === undefined ? builtIn.score(features) : { anomaly: row.anomalyScore, alarm: row.alarmScore }];
}

/** Metrics in the order in which the source sends them, which sums over them depend on. */
function dataPoint(source: string, { position, rows }: StoredPoint, order: readonly string[]): DataPoint {
  const names = [
    ...order.filter((name) => rows.has(name)),
    ...[...rows.keys()].filter((name) => !order.includes(name)),
  ];
  const metrics = Object.fromEntries(names.map((name) => [name, rows.get(name)!.value]));
  return { source, timestamp: position.timestamp, metrics, tags: {} };
}

/** Data points in the order of their shards; between shards, which have no order, by time. */
function inOrder(rows: readonly RecentRow[]): StoredPoint[] {
  const shards = [...groupedBy(rows, ({ stream, shard }) => `${stream}/${shard}`).values()].map((own) =>
    [...groupedBy(own, ({ sequence, index }) => `${sequence}/${index}`).values()]
      .map((point) => ({ position: point[0]!, rows: new Map(point.map((row) => [row.metric, row])) }))
      .sort((a, b) => comparePositions(a.position, b.position)),
  );
  const merged: StoredPoint[] = [];
  const next = shards.map(() => 0);
  for (;;) {
    let earliest = -1;
    for (let i = 0; i < shards.length; i++) {
      const head = shards[i]![next[i]!];
      const best = shards[earliest]?.[next[earliest]!];
      if (head && (!best || head.position.timestamp < best.position.timestamp)) earliest = i;
    }
    if (earliest < 0) return merged;
    merged.push(shards[earliest]![next[earliest]!]!);
    next[earliest]! += 1;
  }
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
