import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PRICES_OF } from '../../../shared/costs/prices';
import { money } from './cost-lines';
import { type CostOptions, costOf, costText } from './run-cost';

const OPTIONS: CostOptions = {
  ...{ sources: 10_000, metrics: 3, interval: '10s', env: 'prod' },
  pointsPerRecord: 1,
};
const SIZES: readonly CostOptions[] = [
  { ...OPTIONS, sources: 100, env: 'dev' },
  OPTIONS,
  { ...OPTIONS, sources: 100_000 },
];

/** The part of docs/cost.md that the command makes. */
function sizes(): string {
  const titles = ['', ...SIZES.map(({ sources }) => `${sources.toLocaleString('en-US')} sources`)];
  const estimates = SIZES.map(costOf);
  const services = [...new Set(estimates.flatMap(({ items }) => items.map(({ service }) => service)))];
  const dollars = (amount: number | undefined) => (amount === undefined ? '–' : money(amount));
  const rows = [
    ['row', ...SIZES.map(({ env }) => `\`${env}\``)],
    ...services.map((name) => [
      name,
      ...estimates.map(({ items }) => dollars(items.find(({ service }) => service === name)?.dollars)),
    ]),
    ['**in all, dollars a month**', ...estimates.map(({ month }) => `**${money(month)}**`)],
    ['with the changes that it needs', ...estimates.map(({ fitted }) => dollars(fitted?.month))],
    ['a million points', ...estimates.map(({ perMillionPoints }) => money(perMillionPoints))],
    ['a series and month', ...estimates.map(({ perSeriesMonth }) => perSeriesMonth.toFixed(3))],
    ['CloudWatch', ...SIZES.map(cloudWatch)],
    ['Datadog', ...SIZES.map((size) => money(DATADOG_METRIC * seriesOf(size)))],
    ['Grafana Cloud', ...SIZES.map((size) => money(grafana(size)))],
  ];
  const table = [titles, ['---', ...SIZES.map(() => '---:')], ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const runs = SIZES.map((size) => {
    const { sources, metrics, interval, env } = size;
    const command = `tidewatch cost --sources ${sources} --metrics ${metrics} --interval ${interval} --env ${env}`;
    return [
      `### ${sources.toLocaleString('en-US')} sources`,
      '',
      '```',
      `$ ${command}`,
      costText(size).trimEnd(),
      '```',
    ].join('\n');
  });
  return [table.join('\n'), ...runs].join('\n\n');
}

const seriesOf = ({ sources, metrics }: CostOptions) => sources * metrics;
/** Dollars a month, as the page says with their sources. */
const ANOMALY_ALARM = 0.3;
const METRIC_TIERS = [
  [10_000, 0.3],
  [240_000, 0.1],
  [750_000, 0.05],
] as const;
const DATADOG_METRIC = 0.05;
const GRAFANA_SERIES = 6.5 / 1_000;

function cloudWatch(size: CostOptions): string {
  let left = seriesOf(size);
  let metrics = 0;
  for (const [count, price] of METRIC_TIERS) {
    metrics += Math.min(left, count) * price;
    left = Math.max(0, left - count);
  }
  return money(metrics + ANOMALY_ALARM * seriesOf(size));
}

/** A series counts once for each point a minute. */
const grafana = (size: CostOptions) => 6 * GRAFANA_SERIES * seriesOf(size);

/** `UPDATE_DOCS=1 npx jest apps/cli/cost` writes them anew. */
test('the page says what the command says of three sizes', () => {
  const file = path.join(__dirname, '..', '..', '..', 'docs', 'cost.md');
  const page = readFileSync(file, 'utf8');
  const meant = page.replace(
    /(<!-- sizes -->\n\n)[\s\S]*?(\n\n<!-- end -->)/,
    (_, begin, end) => begin + sizes() + end,
  );
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, meant);
  expect(meant).toContain('### 100,000 sources');
  expect(page).toContain(PRICES_OF);
  expect(readFileSync(file, 'utf8')).toBe(meant);
});

test('as JSON it is the estimate', () => {
  expect(JSON.parse(costText({ ...OPTIONS, json: true }))).toEqual(JSON.parse(JSON.stringify(costOf(OPTIONS))));
});

test('the figures say who measured them', () => {
  const text = costText({ ...OPTIONS, figures: true });
  expect(text).toMatch(/state, each metric of a source .* measured by shared\/costs\/measured\.test\.ts/);
  expect(text).toMatch(/assumed/);
});

test.each<[says: string, change: Partial<CostOptions>, message: RegExp]>([
  ['an environment that there is not', { env: 'moon' }, /no environment moon; there are dev, staging, prod/],
  ['an interval that is none', { interval: 'often' }, /"often" is no duration/],
  ['no interval at all', { interval: '0s' }, /"0s" is no duration/],
])('%s is told', (_, change, message) => {
  expect(() => costOf({ ...OPTIONS, ...change })).toThrow(message);
});
