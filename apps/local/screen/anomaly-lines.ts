import type { AnomalyEvent, AnomalyKind, Severity } from '../../../shared/domain/anomaly-event';
import { clock, duration, measuredNumber } from './numbers';
import type { Paint, Tone } from './paint';
import { cut, pad, plainText } from './plain-text';
import type { RecentValue } from './recent-values';
import { sparkline } from './sparkline';

const TONES: Record<Severity, Tone> = { critical: 'bad', high: 'bad', medium: 'warning', low: 'warning' };
/** Where the text of a block begins, under the name of its series. */
const INDENT = ' '.repeat(20);

/**
 * The block that announces an anomaly: when, how bad, which series, value and band; how it came to it; why.
 *
 * @param recent newest values of the series, for the sparkline; may be empty
 */
export function openedLines(
  event: AnomalyEvent,
  recent: readonly RecentValue[],
  columns: number,
  paint: Paint,
): string[] {
  const head = `${seriesName(event)}  ${valueWords(event)}`;
  const score = `score ${event.alarmScore.toFixed(2)}`;
  const rest = Math.max(10, columns - INDENT.length);
  const marked = recent.findIndex(({ timestamp }) => timestamp === event.timestamp);
  return [
    `${prefix(event, event.severity.toUpperCase(), paint, TONES[event.severity])}${paint('strong', cut(`${head}${score}`, rest))}`,
    ...(recent.length > 1
      ? [
          cut(
            sparkline(
              recent.map(({ value }) => value),
              marked,
            ),
            rest,
          ),
        ]
      : []
    ).map(indented),
    ...reasons(event).map((reason) => indented(cut(reason, rest))),
  ];
}

/** An open anomaly that got worse. */
export function updatedLine(event: AnomalyEvent, columns: number, paint: Paint): string {
  const text = `${seriesName(event)}  now ${event.severity}: ${valueWords(event)}score ${event.alarmScore.toFixed(2)}`;
  return prefix(event, 'worse', paint, TONES[event.severity]) + cut(text, columns - INDENT.length);
}

/** @param openMs how long the anomaly was open; absent when its beginning was not seen */
export function closedLine(event: AnomalyEvent, openMs: number | undefined, columns: number, paint: Paint): string {
  const after = openMs === undefined ? '' : ` after ${duration(openMs)}`;
  const text = `${seriesName(event)}  ${event.kind === 'silence' ? 'heard again' : 'back to normal'}${after}`;
  return prefix(event, 'closed', paint, 'good') + paint('dim', cut(text, columns - INDENT.length));
}

/** What is wrong where no value of one metric is. */
const WITHOUT_VALUE: Partial<Record<AnomalyKind, string>> = {
  relation: 'metrics no longer move together  ',
  silence: 'silent  ',
};

/** Source and metric; the source alone when it is meant as a whole. */
export function seriesName({ source, metric }: Pick<AnomalyEvent, 'source' | 'metric'>): string {
  const name = (text: string) => cut(plainText(text), 40);
  return metric === undefined ? name(source) : `${name(source)} ${name(metric)}`;
}

/** Expected band of an event in words; empty when it has none. */
export function bandWords({ expected, lower, upper }: Pick<AnomalyEvent, 'expected' | 'lower' | 'upper'>): string {
  if (lower !== undefined && upper !== undefined) {
    const width = upper - lower;
    return `${measuredNumber(lower, width)} to ${measuredNumber(upper, width)}`;
  }
  return expected === undefined ? '' : measuredNumber(expected);
}

function valueWords(event: AnomalyEvent): string {
  if (event.value === undefined) return WITHOUT_VALUE[event.kind] ?? '';
  const band = bandWords(event);
  const width = event.lower !== undefined && event.upper !== undefined ? event.upper - event.lower : undefined;
  return `${measuredNumber(event.value, width)}  ${band === '' ? '' : `expected ${band}  `}`;
}

/** At most three sentences, largest share first, and what a reader must know of the circumstances. */
function reasons({ contributions, degraded, warming }: AnomalyEvent): string[] {
  return [
    ...contributions.slice(0, 3).map(({ words, share }) => `${plainText(words)} (${Math.round(100 * share)} %)`),
    ...(degraded ? ['scored by the built-in model: the endpoint did not answer'] : []),
    ...(warming ? ['the source lost its memory and is learning again'] : []),
  ];
}

function prefix(event: AnomalyEvent, label: string, paint: Paint, tone: Tone): string {
  return `${paint('dim', clock(event.timestamp))}  ${paint(tone, pad(label, 8))}  `;
}

function indented(text: string): string {
  return INDENT + text;
}
