import type { PastScore, ScoreHistory, ScoresQuery } from '../../detection/ports';

/** Sees the rows of one series, in order of time. */
export interface SeriesVisitor {
  row(row: PastScore): void;
  end(): void;
}

/** Hands every series of a history to a visitor of its own. */
export async function visitSeries(
  history: ScoreHistory,
  query: ScoresQuery,
  open: (source: string, metric: string) => SeriesVisitor,
): Promise<void> {
  let visitor: SeriesVisitor | undefined;
  let [source, metric] = ['', ''];
  for await (const rows of history.readScores(query)) {
    for (const row of rows) {
      if (visitor === undefined || row.metric !== metric || row.source !== source) {
        visitor?.end();
        ({ source, metric } = row);
        visitor = open(source, metric);
      }
      visitor.row(row);
    }
  }
  visitor?.end();
}
