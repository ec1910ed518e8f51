import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MEASURED } from '../../../shared/costs/measured';
import { LIMITS, LIMITS_OF, type PartLimit } from '../../../shared/sizing/aws-limits';
import type { Sizing } from '../../../shared/sizing/size';
import { money } from '../cost/cost-lines';
import { type SizeOptions, sizeText, sizingOf } from './run-size';
import { count } from './size-lines';

const OPTIONS: SizeOptions = { pointsPerSecond: 1_000, metrics: 3, env: 'prod', pointsPerRecord: 1 };
const SIZES: readonly SizeOptions[] = [
  OPTIONS,
  { ...OPTIONS, pointsPerSecond: 100_000 },
  { ...OPTIONS, pointsPerSecond: 1_000_000 },
];
/** The largest, with producers that send once a minute. */
const PACKED: SizeOptions = { ...OPTIONS, pointsPerSecond: 1_000_000, pointsPerRecord: 6 };

const markdown = (titles: readonly string[], rows: readonly (readonly string[])[]) =>
  [titles, titles.map((_, at) => (at === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const titleOf = ({ pointsPerSecond, pointsPerRecord }: SizeOptions) =>
  `${count(pointsPerSecond)} points/s${pointsPerRecord === 1 ? '' : `, ${pointsPerRecord} to a record`}`;

function summary(): string {
  const all = [...SIZES, PACKED];
  const sizings = all.map(sizingOf);
  const row = (title: string, value: (sizing: Sizing) => number) => [
    title,
    ...sizings.map((sizing) => count(value(sizing))),
  ];
  const together = (title: string, value: (usage: Sizing['each']['usage']) => number) =>
    row(title, ({ environments, each }) => environments * value(each.usage));
  const quota = (name: string) => (sizing: Sizing) => sizing.quotas.find(({ limit }) => limit.name === name)!.used;
  return markdown(
    ['', ...all.map(titleOf)],
    [
      row('sources', ({ load }) => load.sources),
      row('environments that carry them', ({ environments }) => environments),
      row('shards', quota(LIMITS.shards.name)),
      together('records a second', ({ records }) => records),
      together('kilobytes a second into the stream', ({ records, recordBytes }) => (records * recordBytes) / 1_000),
      together('functions of detect-anomalies at once, mean', ({ batches, batchMs }) => (batches * batchMs) / 1_000),
      row('all functions at once, most', quota(LIMITS.concurrency.name)),
      together('cache, megabytes', ({ cacheBytes }) => cacheBytes / 2 ** 20),
      together('cache, ECPU/s', ({ ecpu }) => ecpu),
      row('endpoint, instances', quota(LIMITS.endpoint.name)),
      together('store, rows a second', ({ values }) => values),
      ['**dollars a month**', ...sizings.map(({ month }) => `**${money(month)}**`)],
    ],
  );
}

function runs(): string {
  return SIZES.map((size) =>
    [
      `### ${titleOf(size)}`,
      '',
      '```',
      `$ tidewatch size --points-per-second ${size.pointsPerSecond}`,
      sizeText(size).trimEnd(),
      '```',
    ].join('\n'),
  ).join('\n\n');
}

function limits(): string {
  const rows = Object.values<PartLimit>(LIMITS)
    .filter(({ kind }) => kind !== 'code')
    .map(({ name, value, unit, kind, source, uncertain }) => [
      `[${name}](${source})`,
      ...[`${count(value)} ${unit}`, kind, uncertain ?? ''],
    ]);
  return markdown(['limit', 'value', 'kind', 'not sure about it'], rows);
}

const PARTS: Readonly<Record<string, () => string>> = { summary, runs, limits };

/** `UPDATE_DOCS=1 npx jest apps/cli/size` writes them anew. */
test('the page says what the command says of three rates', () => {
  const file = path.join(__dirname, '..', '..', '..', 'docs', 'scale.md');
  const page = readFileSync(file, 'utf8');
  const meant = Object.entries(PARTS).reduce((text, [name, part]) => {
    // A part that is empty yet has no blank line of its own.
    const [begin = '', ...rest] = text.split(`<!-- ${name} -->`);
    expect([name, rest.length]).toEqual([name, 1]);
    const end = rest[0]!.indexOf('<!-- end -->');
    return `${begin}<!-- ${name} -->\n\n${part()}\n\n${rest[0]!.slice(end)}`;
  }, page);
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, meant);
  expect(meant).toContain('### 1,000,000 points/s');
  expect(meant).toContain(LIMITS_OF);
  expect(readFileSync(file, 'utf8')).toBe(meant);
});

test('as JSON it is the sizing', () => {
  expect(JSON.parse(sizeText({ ...OPTIONS, json: true }))).toEqual(JSON.parse(JSON.stringify(sizingOf(OPTIONS))));
});

test('figures say who measured them', () => {
  expect(sizeText({ ...OPTIONS, figures: true })).toContain(MEASURED.progressEcpu.name);
  expect(sizeText(OPTIONS)).not.toContain(MEASURED.progressEcpu.name);
});

test.each<[says: string, more: Partial<SizeOptions>, sources: number, intervalMs: number]>([
  ['neither: a point every ten seconds', {}, 10_000, 10_000],
  ['an interval: the sources follow', { interval: '1m' }, 60_000, 60_000],
  ['sources: the interval follows', { sources: 500 }, 500, 500],
])('of sources and interval are given %s', (_, more, sources, intervalMs) => {
  expect(sizingOf({ ...OPTIONS, ...more }).load).toMatchObject({ sources, intervalMs });
});

test.each<[says: string, change: Partial<SizeOptions>, message: RegExp]>([
  ['an environment that there is not', { env: 'moon' }, /no environment moon; there are dev, staging, prod/],
  ['an interval that is none', { interval: 'often' }, /"often" is no duration/],
  ['sources beside an interval', { sources: 5, interval: '1s' }, /one of them says the other/],
])('%s is told', (_, change, message) => {
  expect(() => sizingOf({ ...OPTIONS, ...change })).toThrow(message);
});
