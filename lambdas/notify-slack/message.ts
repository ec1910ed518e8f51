import { actionsBlock } from '../../shared/adapters/slack/action-buttons';
import { BLOCK_LIMITS, type Block, mrkdwn } from '../../shared/adapters/slack/blocks';
import { escaped, escapedTo, link, localTime } from '../../shared/adapters/slack/mrkdwn';
import {
  alertFacts,
  alertLine,
  alertName,
  type Fact,
  headline,
  observedWords,
  reasonWords,
  tagWords,
  unshownWords,
  whyLines,
} from '../../shared/alerting/words/notification-words';
import { timeWords } from '../../shared/alerting/words/numbers';
import { cutTo, oneLine } from '../../shared/alerting/words/one-line';
import type { AlertView, Notification } from '../../shared/domain/notification';

/** What Slack is given. */
export interface SlackMessage {
  /** Where blocks are not shown: lists, notifications of the system, readers for the blind. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface MessageOptions {
  /** Does somebody listen to the buttons? */
  readonly buttons: boolean;
}

/**
 * A notification as Slack shows it: what, where, observed against expected, score, since when, and why in words. Names are data:
 * nothing in them becomes a mention, a link or markup of another block. Within every limit of Block Kit.
 */
export function slackMessage(notification: Notification, { buttons }: MessageOptions): SlackMessage {
  const { alerts } = notification;
  const head = `${signOf(notification)} ${headline(notification)}`;
  const blocks: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: cutTo(head, BLOCK_LIMITS.headerChars), emoji: true } },
    ...(alerts.length === 1 ? oneAlert(alerts[0]!, notification) : severalAlerts(notification)),
    ...contextBlocks(notification),
    ...(buttons && notification.reason !== 'silence-ends' ? [actionsBlock(notification, ALERTS_SHOWN)] : []),
  ];
  const text = escapedTo(`${head} (${reasonWords(notification)})`, BLOCK_LIMITS.textChars);
  return { text, blocks };
}

/** What is said in the thread when the first message shows the new state already: one line, and why. */
export function threadMessage(notification: Notification): SlackMessage {
  const { text } = slackMessage(notification, { buttons: false });
  const [first] = notification.alerts;
  const why = notification.status === 'resolved' ? [] : whyLines(first!);
  const body = [`*${escapedTo(headline(notification), 1_000)}*`, escaped(reasonWords(notification)), ...bullets(why)];
  return { text, blocks: [section(body.join('\n')), ...contextBlocks(notification)] };
}

const SIGN = {
  low: '🔵',
  medium: '🟡',
  high: '🟠',
  critical: '🔴',
  resolved: '✅',
} as const;

function signOf({ status, severity, reason }: Notification): string {
  if (reason === 'silence-ends') return '🔕';
  return SIGN[status === 'resolved' ? 'resolved' : severity];
}

function oneAlert(alert: AlertView, notification: Notification): Block[] {
  const why = whyLines(alert);
  const fields = alertFacts(alert)
    .slice(0, BLOCK_LIMITS.fields)
    .map((fact) => mrkdwn(`*${fact.label}*\n${factText(fact, alert)}`));
  const whole = `*${escapedTo(alertName(alert), 1_100)}* ${escaped(observedWords(alert))}\n`;
  // The header has said it, unless it was too long for it.
  const isSaid = headline(notification).length < BLOCK_LIMITS.headerChars - 5;
  return [
    section(`${isSaid ? '' : whole}${escaped(reasonWords(notification))}`),
    { type: 'section', fields },
    ...(why.length === 0 ? [] : [section(['*Why*', ...bullets(why)].join('\n'))]),
  ];
}

function factText({ label, text }: Fact, { since }: AlertView): string {
  return label === 'Since' ? localTime(since, timeWords(since)) : escapedTo(text, BLOCK_LIMITS.fieldChars - 100);
}

/** Alerts that a message shows as blocks of their own. */
const ALERTS_SHOWN = 10;

function severalAlerts(notification: Notification): Block[] {
  const { alerts, group } = notification;
  const shown = alerts.slice(0, ALERTS_SHOWN);
  const where = tagWords(group);
  const lines = shown.map((alert) => {
    const [why] = whyLines(alert);
    return section([escapedTo(alertLine(alert), 1_500), ...bullets(why === undefined ? [] : [why])].join('\n'));
  });
  const more = unshownWords(notification, shown.length);
  return [
    section(`${where === '' ? '' : `*${escapedTo(where, 1_000)}*\n`}${escaped(reasonWords(notification))}`),
    ...lines,
    ...(more === undefined ? [] : [section(escaped(`… ${more}`))]),
  ];
}

/** Lines of a list, cut so that all of them fit into a section. */
function bullets(lines: readonly string[]): string[] {
  return lines.slice(0, 5).map((line) => `• ${escapedTo(line, 280)}`);
}

function contextBlocks({ notes, links, owner, alerts, counts }: Notification): Block[] {
  const parts = [
    ...notes.slice(0, 5).map((note) => escapedTo(oneLine(note), 500)),
    ...links.slice(0, 5).map(({ name, url }) => (url.length > 1_000 ? escapedTo(name, 200) : link(url, oneLine(name)))),
    ...(owner === undefined || alerts.length === 1 ? [] : [escapedTo(`owner ${oneLine(owner)}`, 300)]),
    ...(alerts.length === 1 && counts.muted > 0 ? [`${counts.muted} muted`] : []),
  ].slice(0, BLOCK_LIMITS.contextElements);
  return parts.length === 0 ? [] : [{ type: 'context', elements: parts.map(mrkdwn) }];
}

function section(text: string): Block {
  return { type: 'section', text: mrkdwn(text) };
}
