import type { Drawn, DrawnSeries } from './drawn';

/** Sizes in pixels of the page and its panels. */
export const PAGE = {
  width: 1200,
  left: 76,
  right: 28,
  top: 46,
  /** Between a panel's title and its values, values and scores, scores and the next panel. */
  title: 26,
  gap: 10,
  below: 40,
  scores: 70,
} as const;

/** Colours of Okabe and Ito, which colour-blind eyes can tell apart. */
export const INK = {
  series: '#0072b2',
  band: '#56b4e9',
  anomaly: '#d55e00',
  scores: '#595959',
  text: '#222222',
  faint: '#d9d9d9',
} as const;

/** A series and where on the page it stands. */
export interface PanelFrame {
  readonly series: DrawnSeries;
  readonly name: string;
  /** Top of the title, pixels from the top of the page, as below. */
  readonly top: number;
  /** Height of the values; 0 when there are scores only. */
  readonly valuesHeight: number;
}

export function panelFrames(series: readonly DrawnSeries[]): PanelFrame[] {
  const sources = new Set(series.map(({ source }) => source));
  const tall = series.length <= 1 ? 300 : series.length <= 3 ? 190 : 130;
  let top: number = PAGE.top;
  return series.map((one) => {
    const valuesHeight = one.metric === undefined ? 0 : tall;
    const metric = one.metric ?? 'all metrics together';
    const frame = { series: one, name: sources.size > 1 ? `${one.source}  ${metric}` : metric, top, valuesHeight };
    top = frameBottom(frame);
    return frame;
  });
}

export function pageHeight(frames: readonly PanelFrame[]): number {
  const last = frames.at(-1);
  return (last === undefined ? PAGE.top + PAGE.below : frameBottom(last)) + 14;
}

function frameBottom({ top, valuesHeight }: PanelFrame): number {
  return top + PAGE.title + (valuesHeight > 0 ? valuesHeight + PAGE.gap : 0) + PAGE.scores + PAGE.below;
}

/** What the marks mean, what times there are, and what is not on the page. */
export function legend(drawn: Drawn, threshold: number | undefined, height: number): object[] {
  const sources = new Set(drawn.series.map(({ source }) => source));
  const title = drawn.series.length === 0 ? 'Nothing to draw: no row was judged' : [...sources].join(', ');
  return [
    ...(drawn.series.length > 0 ? [text(PAGE.left, height - 22, footer(drawn))] : []),
    text(PAGE.left, 12, cut(title, 64), { fontSize: 15, fontWeight: 'bold' }),
    ...marks(PAGE.width - 470, 14, threshold),
  ];
}

function footer({ series, leftOut }: Drawn): string {
  const buckets = series.flatMap((one) => one.buckets);
  const from = buckets.reduce((least, bucket) => Math.min(least, bucket.from), Number.POSITIVE_INFINITY);
  const to = buckets.reduce((most, bucket) => Math.max(most, bucket.to), Number.NEGATIVE_INFINITY);
  const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const shown =
    leftOut > 0 ? ` The ${series.length} series with the strongest anomalies; ${leftOut} more are not shown.` : '';
  return `${minute(from)} to ${minute(to)} UTC. The number at an anomaly is its alarm_score.${shown}`;
}

function text(left: number, top: number, words: string, style: object = {}): object {
  return { type: 'text', left, top, style: { text: words, fontSize: 12, fill: INK.text, ...style } };
}

function marks(x: number, y: number, threshold: number | undefined): object[] {
  const middle = y + 6;
  const line = (from: number, color: string, dash: number[] = []) => ({
    type: 'line',
    shape: { x1: from, y1: middle, x2: from + 20, y2: middle },
    style: { stroke: color, lineWidth: 2, lineDash: dash },
  });
  return [
    line(x, INK.series),
    text(x + 26, y, 'value'),
    {
      type: 'rect',
      shape: { x: x + 72, y: middle - 6, width: 20, height: 12 },
      style: { fill: INK.band, opacity: 0.35 },
    },
    text(x + 98, y, 'usual'),
    {
      type: 'circle',
      shape: { cx: x + 150, cy: middle, r: 5 },
      style: { fill: 'none', stroke: INK.anomaly, lineWidth: 2 },
    },
    text(x + 162, y, 'anomaly'),
    line(x + 222, INK.scores),
    text(x + 248, y, 'anomaly_score'),
    ...(threshold === undefined
      ? []
      : [line(x + 346, INK.anomaly, [4, 3]), text(x + 372, y, `threshold ${threshold}`)]),
  ];
}

export function cut(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars - 1)}…` : text;
}
