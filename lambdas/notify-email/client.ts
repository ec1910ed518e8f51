import { z } from 'zod';
import type { Mailer } from '../../shared/adapters/mail/mailer';
import { type MailParts, mimeOf, UnsafeMail } from '../../shared/adapters/mail/mime';
import { readSecret } from '../../shared/adapters/notify/read-secret';
import { LinkKeysSchema, signAction } from '../../shared/alerting/action-token';
import { type Charts, SecretMissing, type Secrets, SecretUnusable } from '../../shared/alerting/channel-ports';
import type { Send, Sending } from '../../shared/alerting/deliver';
import type { Claimed } from '../../shared/alerting/ports';
import type { Notification } from '../../shared/domain/notification';
import type { EmailReceiver } from '../../shared/domain/receiver';
import { TransientFault } from '../../shared/domain/transient-fault';
import { mailText, subjectOf } from './message';

export interface EmailClient {
  readonly mailer: Mailer;
  readonly charts: Charts;
  readonly secrets: Secrets;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sender where a receiver names none. */
  readonly from: string | undefined;
  /** Where the page is on which people act; absent: mails have no such link. */
  readonly actions: { readonly url: string; readonly keysSecret: string; readonly validMs: number } | undefined;
  /** Something went wrong that was survived. */
  readonly problem: (what: string, error: unknown) => void;
}

/** What all mails of a thread share. */
const ThreadSchema = z.object({ root: z.string(), subject: z.string() });
type Thread = z.output<typeof ThreadSchema>;

/** A mail waits no longer for its picture. */
const CHART_MS_MAX = 4_000;

/** Mails notifications; those of one group are one thread until it fires anew. */
export function sendMail(client: EmailClient): Send {
  return async (notification, claimed, withinMs) => {
    const { receiver } = notification;
    if (receiver.channel !== 'email') return refused('the receiver is no mail address');
    const from = receiver.from ?? client.from;
    if (from === undefined) return refused('no sender: neither the receiver nor the function names one');
    const end = client.now() + withinMs;
    // What is said of a silence belongs to no incident.
    const isNotice = notification.reason === 'silence-ends';
    const known = notification.begins || isNotice ? undefined : readThread(claimed);
    const thread = known ?? newThread(notification, from);
    try {
      const parts = await compose(client, notification, receiver, from, thread, Math.min(CHART_MS_MAX, withinMs / 3));
      const mail = { from, to: receiver.to, raw: await mimeOf(parts), parts };
      const { outcome, ...answer } = await client.mailer.send(mail, end - client.now());
      if (outcome !== 'sent' || isNotice) return { outcome, answer };
      return { outcome, answer: { ...answer, reference: JSON.stringify(thread) } };
    } catch (error) {
      if (error instanceof UnsafeMail) return refused(error.message);
      throw error;
    }
  };
}

function refused(words: string): Sending {
  return { outcome: 'refused', answer: { words } };
}

async function compose(
  client: EmailClient,
  notification: Notification,
  receiver: EmailReceiver,
  from: string,
  thread: Thread,
  chartMs: number,
): Promise<MailParts> {
  const chart = await client.charts.draw(notification.alerts[0]!, chartMs).catch(() => undefined);
  const actionUrl = await actionUrlFor(client, notification, receiver).catch((error: unknown) => {
    if (!isOfSecret(error)) throw error;
    // To be told without a link is better than not to be told.
    client.problem('link of a mail', error);
    return undefined;
  });
  return {
    from,
    to: receiver.to,
    ...thread,
    ...mailText(notification, { actionUrl, hasChart: chart !== undefined }),
    chart,
    messageId: `<${notification.id}@${domainOf(from)}>`,
    date: client.now(),
  };
}

function isOfSecret(error: unknown): boolean {
  return [SecretMissing, SecretUnusable, TransientFault].some((fault) => error instanceof fault);
}

async function actionUrlFor(
  { actions, secrets, now }: EmailClient,
  { alerts, groupKey, transition }: Notification,
  { name, to }: EmailReceiver,
): Promise<string | undefined> {
  if (actions === undefined) return undefined;
  const { keys } = await readSecret(secrets, actions.keysSecret, LinkKeysSchema);
  const grant = {
    target: { shown: alerts.map(({ id }) => id), telling: { groupKey, transition, receiver: name } },
    // A mail to several people cannot say who of them it is.
    to: to.length === 1 ? to[0]! : name,
    until: now() + actions.validMs,
  };
  return `${actions.url}?token=${signAction(grant, keys)}`;
}

function newThread(notification: Notification, from: string): Thread {
  const { groupKey, alertId, transition } = notification;
  const id = [groupKey, alertId, transition].join('.').replace(/[^\w.-]/g, '_');
  return { root: `<${id}@${domainOf(from)}>`, subject: subjectOf(notification) };
}

function readThread({ previous }: Claimed): Thread | undefined {
  try {
    return ThreadSchema.safeParse(JSON.parse(previous?.reference ?? '')).data;
  } catch {
    return undefined;
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
