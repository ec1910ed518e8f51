import type { Notification } from '../../../shared/domain/notification';
import { clock } from './numbers';
import type { Paint } from './paint';
import { cut, pad, plainText } from './plain-text';

const COUNTED = ['firing', 'acknowledged', 'resolved', 'muted'] as const;

/** Who is told of a group, and why: one line for all receivers of one turn. */
export function toldLine(told: readonly Notification[], columns: number, paint: Paint): string {
  const first = told[0]!;
  const labels = Object.values(first.group).filter((value) => value !== '');
  const what = labels.length > 0 ? labels.join(' ') : 'all';
  const counts = COUNTED.filter((name) => first.counts[name] > 0).map((name) => `${first.counts[name]} ${name}`);
  const whom = [...new Set(told.map(({ receiver }) => receiver.name))].join(', ');
  const text = plainText(`${what}: ${first.reason}, ${counts.join(', ')} → ${whom}`);
  const head = `${paint('dim', clock(first.decidedAt))}  ${paint('good', pad('told', 8))}  `;
  return head + cut(text, Math.max(10, columns - 20));
}
