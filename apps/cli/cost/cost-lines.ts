import type { CostEstimate } from '../../../shared/costs/estimate';
import { type Figure, MEASURED } from '../../../shared/costs/measured';
import { table } from '../../local/screen/table';

const BAR_CELLS = 20;

/** An estimate for people. */
export function costLines(estimate: CostEstimate): string[] {
  return [
    ...heading(estimate),
    '',
    ...itemLines(estimate),
    '',
    ...limitLines(estimate),
    '',
    ...knobLines(estimate),
    '',
    `Prices of ${estimate.pricesOf} in ${estimate.pricesRegion}, without free tiers, discounts, support and tax; --figures shows what the rest rests on.`,
  ];
}

function heading({ environment, load }: CostEstimate): string[] {
  const { sources, metrics, intervalMs, pointsPerRecord } = load;
  const points = (1_000 * sources) / intervalMs;
  const packed = pointsPerRecord === 1 ? '' : `, ${pointsPerRecord} to a record`;
  return [
    `${environment}: ${whole(sources)} sources of ${whole(metrics)} metrics, a point every ${intervalMs / 1_000} s: ${whole(points)} points/s${packed}`,
  ];
}

function itemLines({ items, month, perMillionPoints, perSeriesMonth, monthMaxInRegion }: CostEstimate): string[] {
  const rows = items.map(({ service, dollars, why }) => {
    const share = dollars / month;
    return [service, money(dollars), `${Math.round(100 * share)} %`, '█'.repeat(Math.round(BAR_CELLS * share)), why];
  });
  const columns = [
    { title: 'service' },
    ...[
      { title: '$ a month', side: 'right' as const },
      { title: 'share', side: 'right' as const },
    ],
    ...[{ title: '' }, { title: 'what makes it so much' }],
  ];
  return [
    ...table(columns, rows),
    '',
    `in all ${money(month)} dollars a month: ${perMillionPoints.toFixed(2)} a million points, ${perSeriesMonth.toFixed(3)} a series and month`,
    ...(monthMaxInRegion === undefined
      ? []
      : [`In the region asked for most prices are higher, by up to a third: at most ${money(monthMaxInRegion)}.`]),
  ];
}

function limitLines({ limits, fitted, environment }: CostEstimate): string[] {
  const shown = limits.map(({ part, share, words }) => [part, `${Math.round(100 * share)} %`, words]);
  const lines = table([{ title: 'what is full' }, { title: 'share', side: 'right' }, { title: '' }], shown);
  if (fitted === undefined) return [...lines, '', `${environment} carries this load.`];
  return [
    ...lines,
    '',
    `${environment} does not carry this load with room. In its row of infra/config/environments.ts:`,
    ...fitted.changes.map((change) => `  ${change}`),
    ...fitted.unmended.map((words) => `No value of the row mends this: ${words}`),
    `With that: ${money(fitted.month)} dollars a month.`,
  ];
}

function knobLines({ knobs, fitted }: CostEstimate): string[] {
  const isCarried = fitted?.carries !== false;
  const rows = knobs.map(({ words, price, saves, fits }) => [
    saves > 0 ? `−${money(saves)}` : `+${money(-saves)}`,
    words,
    price + (fits || !isCarried ? '' : '; does not carry the load'),
  ]);
  const columns = [
    { title: '$ a month', side: 'right' as const },
    { title: 'knob' },
    { title: 'what one gives for it' },
  ];
  return [`What changes the bill${fitted === undefined ? '' : ', after the changes above'}:`, ...table(columns, rows)];
}

/** What the estimate rests on, figure by figure. */
export function figureLines(figures: readonly Figure[] = Object.values(MEASURED)): string[] {
  const rows = figures.map(({ name, value, unit, from }) => [name, String(value), unit, from]);
  const columns = [
    { title: 'figure' },
    { title: 'value', side: 'right' as const },
    { title: 'unit' },
    { title: 'from' },
  ];
  return table(columns, rows);
}

export function money(dollars: number): string {
  return dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function whole(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
