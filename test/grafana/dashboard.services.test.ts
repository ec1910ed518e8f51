import { event, point } from '../../shared/adapters/contracts/point-store.contract';
import { influxTarget } from '../../shared/adapters/influx/influx-options';
import { createInfluxStore } from '../../shared/adapters/influx/influx-store';
import { SEVERITIES } from '../../shared/domain/anomaly-event';
import { asked, queriesOf, readDashboard } from './dashboard';

const address = process.env['INFLUX_URL'];
if (address === undefined) throw new Error('INFLUX_URL must name an InfluxDB that these tests may write to');
const database = `tidewatch-grafana-${process.pid}-${Date.now()}`;
const target = { ...influxTarget('INFLUX_URL', address), database };
/** A name with signs that a regular expression would take for its own. */
const SOURCE = 'pump (17)/a+b';
const METRIC = 'temperature [°C]';
const FROM = Date.UTC(2026, 10, 22, 13);
const choices = { source: SOURCE, metric: METRIC, from: FROM, to: FROM + 3_600_000 };

const ask = async (query: string) => {
  const url = new URL('query', `${target.url}/`);
  url.search = new URLSearchParams({ q: query, db: database }).toString();
  const answer = await fetch(url, { method: query.startsWith('S') ? 'GET' : 'POST' });
  return (await answer.json()) as { results: { error?: string; series?: { values: unknown[][] }[] }[] };
};

beforeAll(async () => {
  await ask(`CREATE DATABASE "${database}"`);
  const store = createInfluxStore({ target });
  const of = { source: SOURCE, metric: METRIC };
  await store.writePoints([
    ...Array.from({ length: 30 }, (_, i) =>
      point({
        ...of,
        timestamp: FROM + 60_000 * i,
        value: i,
        isAnomaly: i === 20,
        alarmScore: i === 20 ? 0.9 : 0,
        degraded: i === 21,
      }),
    ),
    point({ ...of, timestamp: FROM + 60_000 * 40, unscored: true, anomalyScore: 0, alarmScore: 0 }),
  ]);
  await store.writeAnomalies(
    SEVERITIES.map((severity, i) =>
      event(severity, { ...of, severity, phase: 'opened', timestamp: FROM + 60_000 * (20 + i) }),
    ),
  );
  await store.close();
});
afterAll(async () => {
  await ask(`DROP DATABASE "${database}"`);
});

test.each(queriesOf(readDashboard()))('$where is answered by a real InfluxDB, with data', async (one) => {
  const { results } = await ask(asked(one, choices));
  expect(results).toHaveLength(1);
  expect(results[0]!.error).toBeUndefined();
  const values = (results[0]!.series ?? []).flatMap((series) => series.values);
  expect(values.some(([, ...columns]) => columns.some((value) => value !== null && value !== 0))).toBe(true);
});

test('what is an anomaly, degraded or unscored is counted each for itself', async () => {
  const queries = queriesOf(readDashboard()).filter(({ query }) => /"(degraded|flags)"/.test(query));
  const counts = await Promise.all(
    queries.map(async (one) => (await ask(asked(one, choices))).results[0]!.series?.[0]?.values[0]?.[1]),
  );
  expect(queries.map(({ query }) => /"degraded" = true|"flags" & 1024/.exec(query)?.[0])).toEqual([
    '"degraded" = true',
    '"flags" & 1024',
  ]);
  expect(counts).toEqual([1, 1]);
});
