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

/** Data points in the order of their shards; between shards, which have no order, by time. */
export function inOrder(rows: readonly RecentRow[]): StoredPoint[] {
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
