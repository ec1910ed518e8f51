import { ROOM } from '../../../shared/costs/capacity';
import { amount } from '../../../shared/costs/costs';
import type { Figure } from '../../../shared/costs/measured';
import { LIMITS_OF } from '../../../shared/sizing/aws-limits';
import type { Ceiling, Sizing } from '../../../shared/sizing/size';
import { table } from '../../local/screen/table';
import { figureLines, money } from '../cost/cost-lines';

/** A sizing for people. */
export function sizeLines(sizing: Sizing, figures: boolean): string[] {
  return [
    heading(sizing),
    '',
    ...needLines(sizing),
    '',
    ...rowLines(sizing),
    '',
    ...ceilingLines(sizing),
    '',
    ...quotaLines(sizing),
    '',
    ...(figures ? ['What it rests on:', ...figureLines(figuresOf(sizing)), ''] : []),
    `Full is ${percent(ROOM)} of what a part takes. Limits of AWS as its pages gave them on ${LIMITS_OF}. A projection from one machine: nobody has run this rate on AWS; docs/scale.md says what is assumed.`,
  ];
}

function heading({ environment, load, points }: Sizing): string {
  const { sources, metrics, intervalMs, pointsPerRecord } = load;
  const packed = pointsPerRecord === 1 ? '' : `, ${pointsPerRecord} to a record`;
  return `${environment}: ${count(points)} points/s: ${count(sources)} sources of ${metrics} metrics, a point every ${count(intervalMs / 1_000)} s${packed}`;
}

function needLines({ environment, environments, each, points, month }: Sizing): string[] {
  const title =
    environments === 1
      ? 'What it needs:'
      : `One environment does not carry this: ${environments} do, with a part of the sources each. Each of ${amount(points / environments)} points/s needs:`;
  const rows = each.needs.map(({ part, words }) => [part, words]);
  const changes = each.changes.map((change) => `  ${change}`);
  return [
    title,
    ...table([{ title: 'part' }, { title: 'what' }], rows, LINE_MAX),
    '',
    ...(changes.length === 0
      ? [`The row of ${environment} has room for that.`]
      : [`In the row of ${environment} (infra/config/environments.ts):`, ...changes]),
    ...each.unmended.map((words) => `No value of the row mends this: ${words}`),
    `In all ${money(month)} dollars a month (tidewatch cost says what for).`,
  ];
}

const LINE_MAX = 240;
const RATES = [
  { title: 'full at, points/s', side: 'right' as const },
  { title: 'at this rate', side: 'right' as const },
];

function rowLines({ environment, row }: Sizing): string[] {
  const rows = row.map(({ part, share, fullAt, words, settings }) => [
    part,
    ...[rate(fullAt), percent(share)],
    settings.join(', '),
    words,
  ]);
  return [
    `What is full first in the row of ${environment} as it stands:`,
    ...table([{ title: 'part' }, ...RATES, { title: 'what changes it' }, { title: '' }], rows, LINE_MAX),
  ];
}

function ceilingLines({ ceilings }: Sizing): string[] {
  const rows = ceilings.map((ceiling) => [
    ceiling.part,
    ...[rate(ceiling.fullAt), percent(ceiling.share)],
    ...[bound(ceiling), ceiling.way],
  ]);
  return [
    'What is full first in one environment, with its row changed as above:',
    ...table([{ title: 'part' }, ...RATES, { title: 'of' }, { title: 'beyond it' }], rows, LINE_MAX),
  ];
}

const KINDS = { quota: 'quota', fixed: 'fixed', advised: 'advice' } as const;

function bound({ limit }: Ceiling): string {
  if (limit.kind === 'code') return `${limit.name} of ${limit.source}`;
  return `${count(limit.value)} ${limit.unit} (${KINDS[limit.kind]})`;
}

function quotaLines({ quotas, environments }: Sizing): string[] {
  const rows = quotas
    .filter(({ share, limit }) => share > ROOM || limit.unit === 'instances')
    .map(({ used, limit }) => [
      limit.name,
      amount(limit.value),
      amount(used),
      'uncertain' in limit ? `${limit.uncertain}` : '',
    ]);
  const together = environments === 1 ? '' : `, of ${environments} environments together`;
  const columns = [
    { title: 'quota' },
    ...[
      { title: 'default', side: 'right' as const },
      { title: 'needed', side: 'right' as const },
    ],
    { title: 'about the default' },
  ];
  return [`Quotas of the account to raise first, or to look at${together}:`, ...table(columns, rows, LINE_MAX)];
}

/** Each once, in the order in which parts name them. */
function figuresOf({ each, ceilings }: Sizing): readonly Figure[] {
  return [...new Set([...each.needs, ...ceilings].flatMap(({ figures }) => figures))];
}

export function rate(fullAt: number | undefined): string {
  return fullAt === undefined ? 'never' : amount(Number(fullAt.toPrecision(3)));
}

/** Far above, in times. */
export function percent(share: number): string {
  return share >= 10 ? `${amount(share)} ×` : `${amount(100 * share)} %`;
}

/** Whole ones as they are. */
export function count(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : amount(value);
}
