import { escapedHtml } from '../../shared/adapters/html/escaped-html';
import {
  alertFacts,
  alertLine,
  alertName,
  headline,
  observedWords,
  reasonWords,
  tagWords,
  unshownWords,
  whyLines,
} from '../../shared/alerting/words/notification-words';
import { cutTo, oneLine } from '../../shared/alerting/words/one-line';
import type { AlertView, Notification } from '../../shared/domain/notification';

/** What a mail says, twice. */
export interface MailText {
  readonly text: string;
  readonly html: string;
}

export interface MailOptions {
  /** A page where its holder acknowledges, snoozes and judges; absent where there is none. */
  readonly actionUrl?: string | undefined;
  readonly hasChart: boolean;
}

const SUBJECT_CHARS_MAX = 150;

/** A thread has one subject: what the group is about, not how it stands. */
export function subjectOf({ alerts, group, reason }: Notification): string {
  const first = alerts[0]!;
  const about = reason === 'silence-ends' ? 'a silence ends soon: ' : '';
  const where = Object.keys(group).length === 0 ? '' : ` (${tagWords(group)})`;
  return cutTo(oneLine(`[tidewatch] ${about}${alertName(first)}${where}`), SUBJECT_CHARS_MAX);
}

export function mailText(notification: Notification, options: MailOptions): MailText {
  return { text: plainOf(notification, options), html: htmlOf(notification, options) };
}

function plainOf(notification: Notification, { actionUrl }: MailOptions): string {
  const { alerts, links, notes } = notification;
  const body =
    alerts.length === 1
      ? [...alertFacts(alerts[0]!).map(({ label, text }) => `${label}: ${text}`), ...list('Why', whyLines(alerts[0]!))]
      : alerts.map((alert) => `- ${alertLine(alert)}`);
  return [
    headline(notification),
    reasonWords(notification),
    '',
    ...body,
    ...lines(unshown(notification)),
    ...list('Notes', notes.map(oneLine)),
    ...list(
      'Links',
      links.map(({ name, url }) => `${oneLine(name)}: ${url}`),
    ),
    ...(actionUrl === undefined ? [] : ['', 'Acknowledge, snooze or judge:', actionUrl]),
    '',
  ].join('\n');
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ['', `${title}:`, ...items.map((item) => `- ${item}`)];
}

function lines(text: string | undefined): string[] {
  return text === undefined ? [] : [`… ${text}`];
}

/** Of one alert only what is muted beside it. */
function unshown(notification: Notification): string | undefined {
  return unshownWords(notification);
}

const COLOUR = {
  low: '#0072b2',
  medium: '#b07d00',
  high: '#d55e00',
  critical: '#b00020',
  resolved: '#00734d',
} as const;

function htmlOf(notification: Notification, { actionUrl, hasChart }: MailOptions): string {
  const { alerts, status, severity, links, notes } = notification;
  const colour = COLOUR[status === 'resolved' ? 'resolved' : severity];
  const e = escapedHtml;
  const more = unshown(notification);
  return [
    '<!doctype html><html lang="en"><body style="margin:0;padding:16px;font:15px/1.45 sans-serif;color:#222">',
    `<div style="border-left:5px solid ${colour};padding:2px 12px"><h1 style="font-size:19px;margin:0">${e(headline(notification))}</h1>`,
    `<p style="margin:4px 0;color:#595959">${e(reasonWords(notification))}</p></div>`,
    ...(alerts.length === 1 ? [alertHtml(alerts[0]!)] : [`<ul>${alerts.map(itemHtml).join('')}</ul>`]),
    ...(more === undefined ? [] : [`<p>… ${e(more)}</p>`]),
    ...(hasChart ? ['<p><img src="cid:chart" alt="chart of the series" style="max-width:100%"></p>'] : []),
    ...notes.map((note) => `<p>${e(oneLine(note))}</p>`),
    ...(actionUrl === undefined
      ? []
      : [
          `<p><a href="${e(actionUrl)}" style="background:#0072b2;color:#fff;padding:9px 14px;text-decoration:none;border-radius:4px">Acknowledge, snooze or judge</a></p>`,
        ]),
    ...(links.length === 0
      ? []
      : [`<p>${links.map(({ name, url }) => `<a href="${e(url)}">${e(oneLine(name))}</a>`).join(' · ')}</p>`]),
    '</body></html>',
  ].join('\n');
}

function itemHtml(alert: AlertView): string {
  const [why] = whyLines(alert);
  return `<li>${escapedHtml(alertLine(alert))}${why === undefined ? '' : `<br><small>${escapedHtml(why)}</small>`}</li>`;
}

function alertHtml(alert: AlertView): string {
  const rows = alertFacts(alert).map(
    ({ label, text }) =>
      `<tr><th style="text-align:left;padding:2px 14px 2px 0">${escapedHtml(label)}</th><td>${escapedHtml(text)}</td></tr>`,
  );
  const why = whyLines(alert).map((line) => `<li>${escapedHtml(line)}</li>`);
  return [
    `<p><b>${escapedHtml(alertName(alert))}</b> ${escapedHtml(observedWords(alert))}</p>`,
    `<table style="border-collapse:collapse">${rows.join('')}</table>`,
    ...(why.length === 0 ? [] : [`<p><b>Why</b></p><ul>${why.join('')}</ul>`]),
  ].join('\n');
}
