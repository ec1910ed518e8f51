import type { Severity } from '../../domain/anomaly-event';
import type { AlertView, Notification, NotificationReason } from '../../domain/notification';
import { durationWords } from '../document/durations';
import { timeWords, valueWords } from './numbers';
import { oneLine } from './one-line';

/** What every channel says, in plain text: how it is marked up is the channel's. */

const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

const REASON_WORDS: Readonly<Record<NotificationReason, string>> = {
  first: 'new',
  worse: 'it got worse',
  repeat: 'nobody has acknowledged it yet',
  resolved: 'it is over',
  flapping: 'it comes and goes; this is told once',
  escalated: 'escalated: nobody has acknowledged it',
  acknowledged: 'it is acknowledged',
  'silence-ends': 'a silence that mutes it ends soon',
};

/** A label and what there is to say under it. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** One line that says it all, as "High: pump-17 temperature is 96.4, usual 68.9 to 73.5". */
export function headline(notification: Notification): string {
  return `${stateWords(notification)}: ${subjectOf(notification)}`;
}

/** Where the group stands: "High", "Acknowledged", "Resolved"; that a silence ends is said of no alert. */
export function stateWords({ status, severity, reason }: Notification): string {
  if (reason === 'silence-ends') return 'A silence ends soon';
  if (status === 'resolved') return 'Resolved';
  if (status === 'acknowledged') return `Acknowledged (${SEVERITY_WORDS[severity].toLowerCase()})`;
  return reason === 'escalated' ? `Escalated, ${SEVERITY_WORDS[severity].toLowerCase()}` : SEVERITY_WORDS[severity];
}

function subjectOf({ alerts, counts }: Notification): string {
  const [first] = alerts;
  const all = counts.firing + counts.acknowledged + counts.resolved;
  const others = all > 1 ? `, and ${all - 1} more` : '';
  return `${alertName(first!)} ${observedWords(first!)}${others}`;
}

/** The series, or the source as a whole: "pump-17 temperature". */
export function alertName({ source, metric }: AlertView): string {
  return oneLine(metric === undefined ? source : `${source} ${metric}`);
}

/** Observed against expected, as "is 96.4, usual 68.9 to 73.5"; for what has no value, what kind of thing is wrong. */
export function observedWords({ kind, value, expected, lower, upper }: AlertView): string {
  if (value === undefined) return KIND_WORDS[kind];
  const usual = lower !== undefined && upper !== undefined ? `usual ${valueWords(lower)} to ${valueWords(upper)}` : '';
  const instead = expected === undefined ? '' : `expected ${valueWords(expected)}`;
  return [`is ${valueWords(value)}`, usual || instead].filter((part) => part !== '').join(', ');
}

const KIND_WORDS: Readonly<Record<AlertView['kind'], string>> = {
  value: 'has an unusual value',
  shape: 'takes an unusual course',
  relation: 'does not go together as usual',
  silence: 'has fallen silent',
};

/** Why people are told now. */
export function reasonWords({ reason }: Notification): string {
  return REASON_WORDS[reason];
}

/** What there is to know of one alert, in the order in which it matters. */
export function alertFacts(alert: AlertView): Fact[] {
  const { value, expected, lower, upper, score, threshold, since, resolvedAt, tags, acknowledgedBy, owner } = alert;
  const band =
    lower !== undefined && upper !== undefined ? ` (usual ${valueWords(lower)} to ${valueWords(upper)})` : '';
  const given = (label: string, text: string | undefined): Fact[] => (text ? [{ label, text: oneLine(text) }] : []);
  return [
    ...given('Observed', value === undefined ? KIND_WORDS[alert.kind] : valueWords(value)),
    ...given('Expected', expected === undefined ? undefined : `${valueWords(expected)}${band}`),
    ...given('Score', `${score.toFixed(2)}, alarm from ${threshold.toFixed(2)}`),
    ...given('Since', timeWords(since)),
    ...given('Over', resolvedAt === undefined ? undefined : `after ${durationWords(resolvedAt - since)}`),
    ...given('Where', tagWords(tags)),
    ...given('Owner', owner),
    ...given('Acknowledged by', acknowledgedBy),
  ];
}

export function tagWords(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** Why it is an anomaly, a sentence a line; and what must be known before believing it. */
export function whyLines({ contributions, degraded, warming, doubted, flapping }: AlertView): string[] {
  return [
    ...contributions.map(({ words }) => oneLine(words)).filter((words) => words !== ''),
    ...(degraded ? ['scored by the built-in model: the endpoint did not answer'] : []),
    ...(warming ? ['what was known of this source had been lost and is being learnt again'] : []),
    ...(doubted ? ['a later look says that this was no anomaly'] : []),
    ...(flapping ? ['it comes and goes'] : []),
  ];
}

/** A line for an alert among several: "Critical · pump-17 temperature is 96.4, usual 68.9 to 73.5 · since …". */
export function alertLine(alert: AlertView): string {
  const state = alert.status === 'firing' ? SEVERITY_WORDS[alert.severity] : alert.status;
  return `${state} · ${alertName(alert)} ${observedWords(alert)} · since ${timeWords(alert.since)}`;
}

/** What is left unsaid when not all alerts are shown; undefined when all are. */
export function unshownWords({ alerts, counts }: Notification, shown = alerts.length): string | undefined {
  const all = counts.firing + counts.acknowledged + counts.resolved;
  const parts = [
    ...(all > shown ? [`${all - shown} more of this group`] : []),
    ...(counts.muted > 0 ? [`${counts.muted} muted`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}
