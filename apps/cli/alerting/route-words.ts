import { compileDocument } from '../../../shared/alerting/document/compile';
import { durationWords } from '../../../shared/alerting/document/durations';
import type { Subject } from '../../../shared/alerting/document/match';
import { explainRoutes, type Placement, placementsOf } from '../../../shared/alerting/document/routes';
import { explainRules } from '../../../shared/alerting/document/rules';
import type { AlertingDocument } from '../../../shared/alerting/document/schema';
import { mutingAt, type Silence } from '../../../shared/alerting/state/mute';

/** Who would be told of an alert at a moment, and why: rules, routes, what mutes it. */
export function routeLines(
  document: AlertingDocument,
  subject: Subject,
  {
    silences,
    open,
    now,
  }: { readonly silences: readonly Silence[]; readonly open: readonly Subject[]; readonly now: number },
): string[] {
  const alerting = compileDocument(document);
  const verdicts = explainRules(alerting.rules, subject, now);
  const matched = verdicts.filter(({ holds }) => holds).map(({ rule }) => rule);
  const ruleLines = verdicts.map(({ rule, holds, words }) => `rule ${rule}: ${holds ? 'yes' : `no, ${words}`}`);
  if (matched.length === 0) return [...ruleLines, '', 'no alert: no rule makes one of it, nobody is told'];
  const owner =
    subject.owner ?? alerting.rules.find(({ rule }) => matched.includes(rule.name) && rule.owner)?.rule.owner;
  const alert: Subject = { ...subject, rules: matched, owner };
  const steps = explainRoutes(alerting.root, alert, now).map(
    ({ route, taken, words }) => `route ${route}: ${taken ? 'yes' : 'no'}, ${words}`,
  );
  const mute = mutingAt(alerting, silences, open, now).muteOf(alert);
  const muted = mute === undefined ? [] : ['', `muted by ${mute.words}: nobody is told for now`];
  return [...ruleLines, ...steps, '', ...placementsOf(alerting.root, alert, now).flatMap(placementLines), ...muted];
}

function placementLines({ route, options, group }: Placement): string[] {
  const { receivers, groupWaitMs, groupIntervalMs, repeatMs, sendResolved, escalate } = options;
  const labels = Object.entries(group).map(([name, value]) => `${name}=${value || '(absent)'}`);
  const whom = receivers.length === 0 ? 'nobody' : receivers.join(', ');
  const how = [
    labels.length > 0 ? `grouped by ${labels.join(' ')}` : 'all of the route in one group',
    `after ${durationWords(groupWaitMs)}, news after ${durationWords(groupIntervalMs)}`,
    repeatMs === undefined ? 'never repeated' : `repeated after ${durationWords(repeatMs)} unless acknowledged`,
    ...(escalate ? [`escalated to ${escalate.receivers.join(', ')} after ${durationWords(escalate.afterMs)}`] : []),
    sendResolved ? 'the end is told' : 'the end is not told',
  ];
  return [`→ ${whom} (route ${route})`, ...how.map((words) => `    ${words}`)];
}
