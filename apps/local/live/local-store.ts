import type { DegradedRows, PointStore, ScoreHistory } from '../../../shared/detection/ports';

/** Where an InfluxDB is: the address without, and apart from it, the token that version 2 wants. */
export interface InfluxAddress {
  readonly url: string;
  readonly token?: string | undefined;
}

/** The store of a run, with what only the embedded one can tell cheaply. */
export interface LocalStore extends PointStore, DegradedRows, ScoreHistory {
  /** For people: where points and anomalies are. */
  readonly where: string;
  totals?(): Promise<{ readonly sources: number; readonly series: number }>;
}

/** @throws {Error} if the address makes no sense, or the file is in use */
export async function openLocalStore(file: string, influx: InfluxAddress | undefined): Promise<LocalStore> {
  if (influx === undefined) {
    const { openDuckDbStore } = await import('../../../shared/adapters/embedded/duckdb-store');
    return { ...(await openDuckDbStore(file)), where: `${file} (DuckDB: views points, anomalies)` };
  }
  const { createInfluxStore } = await import('../../../shared/adapters/influx/influx-store');
  const { influxTarget } = await import('../../../shared/adapters/influx/influx-options');
  const target = influxTarget('INFLUX_URL', influx.url, influx.token);
  return { ...createInfluxStore({ target }), where: `${target.url}, measurements points and anomalies` };
}
