import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A query of docs/grafana/tidewatch.json, and where it stands. */
export interface DashboardQuery {
  readonly where: string;
  readonly query: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: unknown;
  readonly targets: readonly { readonly refId: string; readonly query: string; readonly datasource: unknown }[];
}

export interface GrafanaDashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[];
  };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

export function readDashboard(): GrafanaDashboard {
  const file = path.join(__dirname, '..', '..', 'docs', 'grafana', 'tidewatch.json');
  return JSON.parse(readFileSync(file, 'utf8')) as GrafanaDashboard;
}

/** All that Grafana asks the store: of panels, of variables, of marks on the graphs. */
export function queriesOf({ panels, templating, annotations }: GrafanaDashboard): readonly DashboardQuery[] {
  return [
    ...panels.flatMap(({ title, targets }) =>
      targets.map(({ refId, query }) => ({ where: `panel ${title}, ${refId}`, query })),
    ),
    ...templating.list
      .filter(({ type }) => type === 'query')
      .map(({ name, query }) => ({ where: `variable ${name}`, query })),
    ...annotations.list.map(({ name, query }) => ({ where: `annotation ${name}`, query })),
  ];
}

/** What Grafana puts in place of its own words. */
export interface Choices {
  readonly source: string;
  readonly metric: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** A query as Grafana sends it. */
export function asked({ query }: DashboardQuery, { source, metric, from, to }: Choices): string {
  const escaped = (text: string) => text.replaceAll(/[\\^$*+?.()|[\]{}/]/g, '\\$&');
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana's own words
  return query
    .replaceAll('${source:regex}', escaped(source))
    .replaceAll('${metric:regex}', escaped(metric))
    .replaceAll('$timeFilter', `time >= ${from}ms and time <= ${to}ms`)
    .replaceAll('$__interval', '1m');
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana's own words
}
