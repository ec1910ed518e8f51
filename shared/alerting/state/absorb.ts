import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { Alerting } from '../document/compile';
import { durationWords } from '../document/durations';
import { placementsOf } from '../document/routes';
import { explainRules, matchingRules } from '../document/rules';
import type { Rule } from '../document/schema';
import { type TraceEntry, withEntries } from '../trace';
import {
  type Alert,
  alertIdOf,
  isOver,
  seriesKeyOf,
  severityRank,
  subjectOfAlert,
  subjectOfEvent,
  withEvent,
} from './alert';
import { countBeginning, type FlappingVerdict, type SeriesHistory } from './flapping';

export interface Absorbed {
  readonly alert: Alert;
  /** False: the event was known, and nothing is to be written. */
  readonly changed: boolean;
  /** With the event it became an alert: its series is counted. */
  readonly began: boolean;
  /** The series as it is from now on, if it changed. */
  readonly history?: SeriesHistory;
}

/** Non-matching rules named in a trace. */
const RULES_NAMED = 5;

/**
 * What an event makes of an alert, with the reasons. Events may come twice and in any order: facts are joined, an alert that
 * is over stays so, and what is known changes nothing.
 *
 * @param series alerts of the same series, if `alert` is none so far
 * @param now epoch milliseconds of the clock; in a back-test that of the data
 */
export function absorb(
  known: Alert | undefined,
  event: AnomalyEvent,
  alerting: Alerting,
  series: SeriesHistory | undefined,
  now: number,
): Absorbed {
  const facts = withEvent(known?.facts, event);
  if (known !== undefined && facts === known.facts) return { alert: known, changed: false, began: false };
  const before = known ?? unknownAlert(event);
  const entries: TraceEntry[] = [];
  const say = (code: TraceEntry['code'], words: string) => void entries.push({ at: now, code, words });
  let alert: Alert = { ...before, facts, change: before.change + 1 };
  alert = withRules(alert, event, alerting, now, say);
  let began = false;
  let history: SeriesHistory | undefined;
  if (before.status === 'none' && alert.rules.length > 0) {
    began = true;
    const beginning = { alertId: alert.id, at: facts.since, severity: severityRank(facts.severity) };
    const verdict = countBeginning(series, beginning, alerting.flapping);
    history = verdict.history;
    if (verdict.flapping !== undefined) {
      alert = withFlapping(alert, verdict);
      const told = verdict.flapping === 'first' ? 'told once' : 'part of what was told as flapping';
      say('flapping', `${verdict.words}: ${told}`);
    }
    alert = { ...alert, status: 'firing', firedAt: now };
  } else if (known !== undefined && known.status !== 'none') {
    sayChange(known, facts, event, say);
    alert = withoutFlapping(alert, say);
  }
  alert = withStatus(alert, before, say);
  alert = withPlacements(alert, alerting, now, say);
  return {
    alert: { ...alert, trace: withEntries(before.trace, entries) },
    changed: true,
    began,
    ...(history ? { history } : {}),
  };
}

/** Series that an alert is counted with. */
export function seriesOfEvent({ source, metric, kind }: AnomalyEvent): string {
  return seriesKeyOf({ source, kind, ...(metric === undefined ? {} : { metric }) });
}

type Say = (code: TraceEntry['code'], words: string) => void;

function unknownAlert(event: AnomalyEvent): Alert {
  return {
    id: alertIdOf(event.episodeId),
    episodeId: event.episodeId,
    status: 'none',
    facts: withEvent(undefined, event),
    rules: [],
    links: [],
    groups: [],
    verdicts: [],
    change: 0,
    trace: [],
  };
}

/** Rules are asked of events that say that something is wrong: not of the end of it. */
function withRules(alert: Alert, event: AnomalyEvent, alerting: Alerting, now: number, say: Say): Alert {
  if (event.phase === 'closed' || event.alarmScore < event.threshold) return alert;
  const age = now - event.timestamp;
  if (age > alerting.maxAgeMs) {
    say(
      'too-old',
      `the data are ${durationWords(age)} old, and what is older than ${durationWords(alerting.maxAgeMs)} makes no alert`,
    );
    return alert;
  }
  const subject = subjectOfEvent(event);
  const matching = matchingRules(alerting.rules, subject, now);
  const fresh = matching.filter(({ name }) => !alert.rules.includes(name));
  if (fresh.length === 0) {
    if (alert.rules.length === 0) sayNoRule(alerting, event, now, say);
    return alert;
  }
  for (const { name } of fresh)
    say(
      'rule-matched',
      `rule ${name} fits event ${event.transition} (${event.phase}, ${event.severity}, score ${event.alarmScore.toFixed(2)})`,
    );
  const owner = alert.owner ?? fresh.find((rule) => rule.owner !== undefined)?.owner;
  return {
    ...alert,
    rules: [...alert.rules, ...fresh.map(({ name }) => name)],
    links: [...alert.links, ...fresh.flatMap((rule: Rule) => rule.links ?? [])].slice(0, 10),
    ...(owner === undefined ? {} : { owner }),
  };
}

function sayNoRule({ rules }: Alerting, event: AnomalyEvent, now: number, say: Say): void {
  const verdicts = explainRules(rules.slice(0, RULES_NAMED), subjectOfEvent(event), now);
  const more = rules.length > RULES_NAMED ? [`and ${rules.length - RULES_NAMED} more rules`] : [];
  const why = verdicts.map(({ rule, words }) => `${rule}: ${words}`);
  say('no-rule', rules.length === 0 ? 'there are no rules' : [...why, ...more].join('; '));
}

function sayChange(known: Alert, facts: Alert['facts'], event: AnomalyEvent, say: Say): void {
  if (event.phase === 'corrected') {
    const verdict = event.alarmScore < event.threshold ? 'was no anomaly' : 'was an anomaly';
    say('corrected', `judged again, a point of it ${verdict}; what was told is not taken back`);
  } else if (severityRank(facts.severity) > severityRank(known.facts.severity))
    say('severity-rose', `from ${known.facts.severity} to ${facts.severity} with event ${event.transition}`);
  else if (event.phase !== 'closed')
    say('event', `event ${event.transition} (${event.phase}) leaves severity ${facts.severity}`);
}

function withFlapping(alert: Alert, { flapping, upTo }: FlappingVerdict): Alert {
  if (flapping === undefined) return alert;
  return { ...alert, flapping, ...(flapping === 'again' && upTo !== undefined ? { flappingUpTo: upTo } : {}) };
}

/** One that grows worse than what flapped is told like any other. */
function withoutFlapping(alert: Alert, say: Say): Alert {
  const { flapping, flappingUpTo, ...rest } = alert;
  if (flapping !== 'again' || severityRank(alert.facts.severity) <= (flappingUpTo ?? -1)) return alert;
  say('flapping', 'it is worse than what was told as flapping, and told by itself');
  return rest;
}

/** One that only corrections spoke of goes on when an event of the episode follows that was stuck. An end is final. */
function withStatus(alert: Alert, before: Alert, say: Say): Alert {
  if (alert.status === 'none' || alert.ended !== undefined) return alert;
  if (!isOver(alert.facts)) return alert.status === 'resolved' ? { ...alert, status: 'firing' } : alert;
  if (alert.status === 'resolved') return alert;
  const { closedAt, updatedAt } = alert.facts;
  const how = before.status === 'none' ? 'it was over when it was heard of' : 'the episode is over';
  say('resolved', `${how}, ${new Date(closedAt ?? updatedAt).toISOString()}`);
  return { ...alert, status: 'resolved' };
}

/** Alerts that fire take their places, by the time at which they began to; they never leave one, so that everybody who was told hears the end. */
function withPlacements(alert: Alert, { root }: Alerting, now: number, say: Say): Alert {
  if (alert.status === 'none' || alert.status === 'resolved') return alert;
  const fresh = placementsOf(root, subjectOfAlert(alert), alert.firedAt ?? now).filter(
    ({ groupKey }) => !alert.groups.includes(groupKey),
  );
  for (const { route, options, group } of fresh) {
    const labels = Object.entries(group).map(([name, value]) => `${name}=${value || 'absent'}`);
    const whom = options.receivers.length === 0 ? 'nobody' : options.receivers.join(', ');
    say('routed', `route ${route} to ${whom}${labels.length > 0 ? `, grouped by ${labels.join(', ')}` : ''}`);
  }
  return { ...alert, groups: [...alert.groups, ...fresh.map(({ groupKey }) => groupKey)] };
}
