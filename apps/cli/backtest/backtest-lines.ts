import type { Notification } from '../../../shared/domain/notification';
import { clock, duration, wholeNumber } from '../../local/screen/numbers';
import { plainText } from '../../local/screen/plain-text';
import type { History } from './history-events';
import type { Replay } from './replay';
import type { Comparison } from './truth';

const SHOWN_MAX = 30;
const MISSED_SHOWN = 10;

/** What a back-test came to: the notifications, the sum of them, and beside the truth how good they were. */
export function backtestLines(
  history: History,
  { notifications, alerts }: Replay,
  comparison: Comparison | undefined,
  isWhole: boolean,
): string[] {
  const shown = isWhole ? notifications : notifications.slice(0, SHOWN_MAX);
  const left = notifications.length - shown.length;
  const days = (history.to - history.from) / 86_400_000;
  const opened = history.events.filter(({ phase }) => phase === 'opened').length;
  return [
    ...shown.map(notificationLine),
    ...(left > 0 ? [`… ${left} more; --all shows them`] : []),
    ...(notifications.length > 0 ? [''] : []),
    `${wholeNumber(history.points)} points of ${counted(history.sources, 'source')} over ${duration(Math.max(0, history.to - history.from))}: ${counted(opened, 'anomaly', 'anomalies')}, ${counted(alerts.length, 'alert')}`,
    `${counted(notifications.length, 'notification')} in ${counted(incidentsIn(notifications), 'incident')} to ${counted(receiversIn(notifications), 'receiver')}${days >= 1 ? `, ${(notifications.length / days).toFixed(1)} a day` : ''}`,
    ...reasonWords(notifications),
    ...(comparison === undefined ? [] : comparisonLines(comparison)),
  ];
}

/** A group that people are told of until it is over is one incident, whoever is told. */
export function incidentsIn(notifications: readonly Notification[]): number {
  const begun = notifications.filter(({ reason }) => reason === 'first' || reason === 'flapping');
  return new Set(begun.map(({ groupKey, decidedAt }) => `${groupKey} ${decidedAt}`)).size;
}

function receiversIn(notifications: readonly Notification[]): number {
  return new Set(notifications.map(({ receiver }) => receiver.name)).size;
}

function notificationLine({ decidedAt, receiver, reason, severity, group, alerts, counts }: Notification): string {
  const first = alerts[0]!;
  const what = `${first.source}${first.metric === undefined ? '' : ` ${first.metric}`}`;
  const total = counts.firing + counts.acknowledged + counts.resolved;
  const more = total > 1 ? ` and ${total - 1} more` : '';
  const labels = Object.values(group).filter((value) => value !== '' && value !== first.source);
  const where = labels.length > 0 ? ` (${labels.join(' ')})` : '';
  return plainText(`${clock(decidedAt, true)}  ${receiver.name}  ${reason}, ${severity}: ${what}${more}${where}`);
}

function reasonWords(notifications: readonly Notification[]): string[] {
  const counts = new Map<string, number>();
  for (const { reason } of notifications) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts.size === 0 ? [] : [[...counts].map(([reason, count]) => `${count} ${reason}`).join(', ')];
}

function comparisonLines({ faults, found, missed, falseAlerts, delaysMs }: Comparison): string[] {
  const middle = delaysMs[Math.floor((delaysMs.length - 1) / 2)];
  const delay =
    middle === undefined ? '' : `; told after ${duration(middle)} (median), ${duration(delaysMs.at(-1)!)} (longest)`;
  return [
    '',
    `of ${counted(faults, 'true fault')}: ${found} found, ${missed.length} missed; ${counted(falseAlerts, 'false alert')}${delay}`,
    ...missed
      .slice(0, MISSED_SHOWN)
      .map(({ source = 'any source', metric = '', from }) =>
        plainText(`missed: ${source} ${metric} at ${clock(from, true)}`),
      ),
  ];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${wholeNumber(count)} ${count === 1 ? one : many}`;
}
