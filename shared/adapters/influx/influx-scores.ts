import type { PastScore, PointStore, ScoresQuery } from '../../detection/ports';
import type { RetryOptions } from '../with-retries';
import type { InfluxClient } from './influx-client';
import { seriesWithin } from './influx-query';
import { nameOfTag } from './line-protocol';
import { POINTS } from './point-lines';

/** Rows of a series that are asked for at once. */
const PAGE_ROWS = 5_000;

/** Scores of series after series, a page at a time. One request finds the series. */
export async function* pastScores(
  client: InfluxClient,
  readPoints: PointStore['readPoints'],
  { from, to, isWanted = () => true }: ScoresQuery,
  retries: RetryOptions,
): AsyncGenerator<readonly PastScore[]> {
  const found = await seriesWithin(client, { measurement: POINTS, field: 'value', from, to }, retries);
  const series = found.map(({ source, metric }) => ({ source: nameOfTag(source!), metric: nameOfTag(metric!) }));
  for (const { source, metric } of series.filter((one) => isWanted(one.source)).sort(inOrder)) {
    for (let next = from; ; ) {
      const rows = await readPoints({ source, metric, from: next, to, limit: PAGE_ROWS });
      yield rows
        .filter(({ late }) => !late)
        .map(({ timestamp, anomalyScore, alarmScore, isAnomaly, versions: { model, settings } }) => {
          return { source, metric, timestamp, anomalyScore, alarmScore, isAnomaly, model, settings };
        });
      if (rows.length < PAGE_ROWS) break;
      // Readers see one row of a millisecond.
      next = rows.at(-1)!.timestamp + 1;
    }
  }
}

function inOrder(a: { source: string; metric: string }, b: { source: string; metric: string }): number {
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return a.metric < b.metric ? -1 : 1;
}
