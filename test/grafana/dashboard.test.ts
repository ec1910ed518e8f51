import { ANOMALIES, eventLine } from '../../shared/adapters/influx/event-lines';
import { POINT_FIELDS, POINTS } from '../../shared/adapters/influx/point-lines';
import { SAMPLE_ANOMALY_EVENT, SEVERITIES } from '../../shared/domain/anomaly-event';
import { asked, queriesOf, readDashboard } from './dashboard';

const dashboard = readDashboard();
const queries = queriesOf(dashboard);

/** Names of fields of a line, which holds no sign that would part them wrongly. */
const fieldsOfLine = (line: string) => [...line.matchAll(/[ ,]([a-z_]+)=/g)].map(([, name]) => name!);
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  [POINTS]: ['source', 'metric', ...POINT_FIELDS],
  [ANOMALIES]: ['source', 'metric', ...fieldsOfLine(eventLine({ ...SAMPLE_ANOMALY_EVENT, contributions: [] }))],
};

test('there is something to check', () => {
  expect(queries.length).toBeGreaterThan(10);
  expect(COLUMNS[ANOMALIES]).toEqual(expect.arrayContaining(['id', 'phase', 'severity', 'why']));
});

test.each(queries)('$where asks for a measurement and columns that the store has', ({ query }) => {
  const [, measurement = ''] = /FROM "(\w+)"/.exec(query) ?? [];
  const columns = COLUMNS[measurement];
  expect(columns).toBeDefined();
  const named = [...query.matchAll(/"(\w+)"/g)].map(([, name]) => name!).filter((name) => name !== measurement);
  expect(named.filter((name) => !columns!.includes(name))).toEqual([]);
});

test.each(queries)('$where has no word that nothing stands for', ({ where, query }) => {
  const choices = { source: 'a', metric: 'b', from: 1, to: 2 };
  expect(asked({ where, query }, choices)).not.toContain('${');
  expect(asked({ where, query }, choices).replaceAll('$/', '')).not.toContain('$');
});

test('every severity has its bars', () => {
  const told = queries.flatMap(({ query }) => /"severity" = '(\w+)'/.exec(query)?.[1] ?? []);
  expect(told.sort()).toEqual([...SEVERITIES].sort());
});

test('all ask the store that is chosen, and lie beside each other', () => {
  const taken = new Set<string>();
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { datasource, targets, gridPos } of dashboard.panels) {
    for (const one of [datasource, ...targets.map((target) => target.datasource)]) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own word
      expect(one).toEqual({ type: 'influxdb', uid: '${store}' });
    }
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`)).toBe(false);
        taken.add(`${x} ${y}`);
      }
  }
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['store', 'source', 'metric']);
});
