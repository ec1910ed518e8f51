import { type Fault, isWatched } from '../demo/fault';
import { clock, measuredNumber } from './numbers';
import type { Paint } from './paint';
import { cut } from './plain-text';

/** Announces that the demo has begun to disturb a source: dim, for it is not a finding. */
export function injectedLine(fault: Fault, columns: number, paint: Paint): string {
  const notes = isWatched(fault.kind) ? sizeWords(fault) : ' (not watched)';
  return paint('dim', cut(`${clock(fault.from)}  injected: ${faultWords(fault)}${notes}`, columns));
}

/** Says that a finding is the expected one, and how soon it came. */
export function foundWords(fault: Fault, timestamp: number): string {
  return `this is the injected ${words(fault.kind)}, found ${((timestamp - fault.from) / 1000).toFixed(1)} s after it began`;
}

/** As "level shift on pump-07 pressure"; the source alone when all its metrics are touched. */
export function faultWords({ kind, source, metrics }: Fault): string {
  return `${words(kind)} on ${source}${metrics.length === 1 ? ` ${metrics[0]}` : ''}`;
}

/** A kind as people say it: level-shift → level shift. */
export function words(kind: string): string {
  return kind.replaceAll('-', ' ');
}

function sizeWords({ size, behavesLaterMs, from }: Fault): string {
  if (size !== undefined) return ` (${size > 0 ? '+' : ''}${measuredNumber(size)})`;
  if (behavesLaterMs !== undefined) return ` (behaves as at ${clock(from + behavesLaterMs).slice(0, 5)})`;
  return '';
}
