import type { RecentQuery, RecentRow } from '../../detection/ports';
import { NEWEST_SPARE, newestWhole } from '../newest-whole';
import { RECENT_FIELDS, recentOfFields } from '../row-fields';
import type { RetryOptions } from '../with-retries';
import { precedence } from './identity';
import type { InfluxClient } from './influx-client';
import { type Columns, selectedEach } from './influx-query';
import { nameOfTag } from './line-protocol';
import { POINTS } from './point-lines';
import { milliseconds } from './time';

/** The newest rows of each source that readers see, in order of time. One request, whatever the number of sources. */
export async function readRecent(
  client: InfluxClient,
  queries: readonly RecentQuery[],
  retries: RetryOptions,
): Promise<readonly (readonly RecentRow[])[]> {
  if (queries.length === 0) return [];
  const selections = queries.map(({ source, limit }) => ({
    measurement: POINTS,
    fields: ['metric', ...RECENT_FIELDS],
    tags: [['source', source] as const],
    from: undefined,
    to: undefined,
    newest: limit + NEWEST_SPARE,
  }));
  const found = await selectedEach(client, selections, retries);
  return queries.map(({ source, limit }, i) => newestWhole(visible(source, found[i] ?? []), limit));
}

/** Of each metric and millisecond the row that readers see. */
function visible(source: string, newestFirst: readonly Columns[]): readonly RecentRow[] {
  const seen = new Map<string, RecentRow>();
  for (const columns of newestFirst) {
    const row = recentRow(source, columns);
    if (row === undefined) continue;
    const identity = `${row.timestamp} ${row.metric}`;
    const other = seen.get(identity);
    if (other === undefined || precedence(row, other) < 0) seen.set(identity, row);
  }
  return [...seen.values()].reverse();
}

/** Undefined for what is left where an amended row was not found. */
function recentRow(source: string, [time, metric, ...values]: Columns): RecentRow | undefined {
  const fields = Object.fromEntries(RECENT_FIELDS.map((name, i) => [name, values[i]]));
  if (fields['value'] === null) return undefined;
  const whose = nameOfTag(String(metric));
  return recentOfFields(source, whose, milliseconds(time), fields as Parameters<typeof recentOfFields>[3]);
}
