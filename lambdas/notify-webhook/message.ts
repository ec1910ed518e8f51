import { alertFacts, alertName, headline, reasonWords, whyLines } from '../../shared/alerting/words/notification-words';
import { cutTo } from '../../shared/alerting/words/one-line';
import type { Severity } from '../../shared/domain/anomaly-event';
import type { Notification } from '../../shared/domain/notification';

/** What is posted: text, and what kind of text it is. */
export interface WebhookMessage {
  readonly contentType: string;
  readonly body: string;
}

/** A CloudEvent 1.0 in structured mode: `data` is the notification without the receiver's inner names, and words for people. */
export function cloudEvent(notification: Notification): WebhookMessage {
  const { id, alertId, reason, decidedAt, receiver, ...told } = notification;
  const event = {
    specversion: '1.0',
    id,
    source: 'tidewatch/alerts',
    type: `tidewatch.alert.${reason}.v1`,
    subject: alertId,
    time: new Date(decidedAt).toISOString(),
    datacontenttype: 'application/json',
    data: {
      ...told,
      alertId,
      reason,
      receiver: receiver.name,
      summary: headline(notification),
      because: reasonWords(notification),
    },
  };
  return { contentType: 'application/cloudevents+json; charset=utf-8', body: JSON.stringify(event) };
}

/** PagerDuty knows four severities of its own. */
const PAGERDUTY_SEVERITY: Readonly<Record<Severity, string>> = {
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};
const PAGERDUTY_CHARS = { summary: 1_024, source: 255, component: 255 } as const;

/**
 * An event of PagerDuty's Events API v2. All of a group is one incident: its dedup key is the group's, so that a resolution ends
 * what the first event began. What gets worse although somebody has acknowledged it triggers: only the acknowledgement itself
 * acknowledges. It holds the routing key, which is a secret.
 */
export function pagerDutyEvent(notification: Notification, routingKey: string): WebhookMessage {
  const { alerts, status, reason, severity, groupKey, since, owner, links, group } = notification;
  const first = alerts[0]!;
  const event = {
    routing_key: routingKey,
    event_action: status === 'resolved' ? 'resolve' : reason === 'acknowledged' ? 'acknowledge' : 'trigger',
    dedup_key: groupKey,
    payload: {
      summary: cutTo(headline(notification), PAGERDUTY_CHARS.summary),
      source: cutTo(first.source, PAGERDUTY_CHARS.source),
      severity: PAGERDUTY_SEVERITY[severity],
      timestamp: new Date(since).toISOString(),
      ...(first.metric === undefined ? {} : { component: cutTo(first.metric, PAGERDUTY_CHARS.component) }),
      ...(owner === undefined ? {} : { group: owner }),
      class: first.kind,
      custom_details: {
        ...group,
        because: reasonWords(notification),
        alerts: alerts.map((alert) => ({
          name: alertName(alert),
          ...Object.fromEntries(alertFacts(alert).map(({ label, text }) => [label.toLowerCase(), text])),
          why: whyLines(alert),
        })),
      },
    },
    links: links.map(({ name, url }) => ({ href: url, text: name })),
    client: 'Tidewatch',
  };
  return { contentType: 'application/json', body: JSON.stringify(event) };
}
