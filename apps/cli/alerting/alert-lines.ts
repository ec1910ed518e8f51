import { durationWords } from '../../../shared/alerting/document/durations';
import { matchWords } from '../../../shared/alerting/document/match';
import type { Explanation } from '../../../shared/alerting/explain';
import type { Alert } from '../../../shared/alerting/state/alert';
import type { Silence } from '../../../shared/alerting/state/mute';
import { plainText } from '../../local/screen/plain-text';
import { table } from '../../local/screen/table';

/** An id that people can type; long enough to tell alerts apart. */
export const SHORT_ID = 10;

export function alertTable(alerts: readonly Alert[], now: number): string[] {
  if (alerts.length === 0) return ['no alerts'];
  return table(
    ['id', 'status', 'severity', 'source', 'metric', 'since', 'owner'].map((title) => ({ title })),
    alerts.map(({ id, status, facts, owner, acknowledged }) => [
      id.slice(0, SHORT_ID),
      acknowledged && status === 'acknowledged' ? `acknowledged by ${plainText(acknowledged.by)}` : status,
      facts.severity,
      plainText(facts.source),
      plainText(facts.metric ?? `(${facts.kind})`),
      `${durationWords(now - facts.since)} ago`,
      plainText(owner ?? ''),
    ]),
  );
}

export function silenceTable(silences: readonly Silence[], now: number): string[] {
  if (silences.length === 0) return ['no silences'];
  return table(
    ['id', 'mutes', 'ends', 'by', 'reason'].map((title) => ({ title })),
    silences.map(({ id, match, startsAt, endsAt, by, reason }) => [
      id,
      plainText(matchWords(match)),
      startsAt > now ? `begins in ${durationWords(startsAt - now)}` : `in ${durationWords(endsAt - now)}`,
      plainText(by),
      plainText(reason),
    ]),
  );
}

/** The story of an alert, a line for each decision. */
export function explanationLines({ alert, story }: Explanation): string[] {
  const { facts, status, id } = alert;
  const what = `${facts.source}${facts.metric === undefined ? '' : ` ${facts.metric}`}`;
  const is = status === 'none' ? 'no alert' : status;
  return [
    plainText(`${what}: ${is}, ${facts.kind}, ${facts.severity}, since ${new Date(facts.since).toISOString()}`),
    `alert ${id}`,
    '',
    ...story.map(({ at, part, words }) => `${new Date(at).toISOString()}  ${part.padEnd(5)}  ${plainText(words)}`),
  ];
}
