import type { RecentQuery } from '../../detection/ports';
import type { PointRow } from '../../domain/rows';
import { NEWEST_SPARE, newestWhole } from '../newest-whole';
import type { RetryOptions } from '../with-retries';
import type { InfluxClient } from './influx-client';
import { bestOf } from './influx-degraded';
import { type Columns, selectedEach } from './influx-query';
import { nameOfTag } from './line-protocol';
import { POINT_FIELDS, POINTS } from './point-lines';
import { milliseconds } from './time';

/** The newest rows of each source that readers see, in order of time. One request, whatever the number of sources. */
export async function readRecent(
  client: InfluxClient,
  queries: readonly RecentQuery[],
  retries: RetryOptions,
): Promise<readonly (readonly PointRow[])[]> {
  if (queries.length === 0) return [];
  const selections = queries.map(({ source, to, limit }) => ({
    measurement: POINTS,
    fields: ['metric', ...POINT_FIELDS],
    tags: [['source', source] as const],
    from: undefined,
    to,
    newest: limit + NEWEST_SPARE,
  }));
  const found = await selectedEach(client, selections, retries);
  return queries.map(({ source, limit }, i) => newestWhole(visible(source, found[i] ?? []), limit));
}

function visible(source: string, newestFirst: readonly Columns[]): readonly PointRow[] {
  const identities = new Map<string, Columns[]>();
  for (let at = newestFirst.length - 1; at >= 0; at--) {
    const [time, metric, ...values] = newestFirst[at]!;
    const identity = `${milliseconds(time)} ${metric}`;
    const points = identities.get(identity);
    if (points === undefined) identities.set(identity, [[time, metric, ...values]]);
    else points.push([time, metric, ...values]);
  }
  return [...identities.values()].flatMap((points) =>
    bestOf(
      source,
      nameOfTag(String(points[0]![1])),
      points.map(([time, _, ...values]): Columns => [time, ...values]),
    ),
  );
}
