import type { DataPoint } from '../domain/data-point';
import { comparePositions } from '../domain/position';
import type { RecentRow } from './ports';

/** A data point as its rows tell of it. */
export interface StoredPoint<Row = RecentRow> {
  /** One of its rows. */
  readonly position: Row;
  /** By metric. */
  readonly rows: ReadonlyMap<string, Row>;
}

/**
 * The data point again, without its tags, which no row has.
 *
 * @param order of metrics, as the source sends them: sums over them depend on it; those that it lacks come after, in the order of
 *   their rows
 */
export function dataPointOf(
  source: string,
  { position, rows }: StoredPoint<Pick<RecentRow, 'timestamp' | 'value'>>,
  order: readonly string[] = [],
): DataPoint {
  const names = [
    ...order.filter((name) => rows.has(name)),
    ...[...rows.keys()].filter((name) => !order.includes(name)),
  ];
  const metrics = Object.fromEntries(names.map((name) => [name, rows.get(name)!.value]));
  return { source, timestamp: position.timestamp, metrics, tags: {} };
}

/**
 * Data points in the order of their shards; between shards, which have no order, by the latest time that each had reached. Late
 * points say nothing of how far their shard had come: those that a shard begins with, as the child of one that was split may,
 * stand before its first point that was not late, whatever their time. O(n log n) in rows.
 */
export function inOrder(rows: readonly RecentRow[]): StoredPoint[] {
  const shards = groupedBy(rows, ({ stream, shard }) => `${stream}/${shard}`);
  return [...shards.values()]
    .flatMap((own) => reached(pointsOf(own)))
    .sort((a, b) => a.by - b.by)
    .map(({ point }) => point);
}

/** Of one shard, in its order. */
function pointsOf(rows: readonly RecentRow[]): StoredPoint[] {
  return [...groupedBy(rows, ({ sequence, index }) => `${sequence}/${index}`).values()]
    .map((point) => ({ position: point[0]!, rows: new Map(point.map((row) => [row.metric, row])) }))
    .sort((a, b) => comparePositions(a.position, b.position));
}

/** Points of one shard, each with the latest time of those up to it that were not late. */
function reached(points: readonly StoredPoint[]): { readonly point: StoredPoint; readonly by: number }[] {
  const isLate = ({ rows }: StoredPoint) => [...rows.values()].every(({ late }) => late);
  let by = points.find((point) => !isLate(point))?.position.timestamp ?? Number.POSITIVE_INFINITY;
  return points.map((point) => {
    if (!isLate(point)) by = Math.max(by, point.position.timestamp);
    return { point, by };
  });
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
