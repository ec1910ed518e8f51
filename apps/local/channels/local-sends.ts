import { setTimeout as pause } from 'node:timers/promises';
import { type EmailClient, sendMail } from '../../../lambdas/notify-email/client';
import { sendToSlack } from '../../../lambdas/notify-slack/client';
import type { SlackClient } from '../../../lambdas/notify-slack/slack-client';
import { sendWebhook, type WebhookClient } from '../../../lambdas/notify-webhook/client';
import type { GuardedCall } from '../../../shared/adapters/https/guarded-call';
import { smtpMailer } from '../../../shared/adapters/mail/smtp-mailer';
import { openPace } from '../../../shared/adapters/notify/pace';
import { slackApi } from '../../../shared/adapters/slack/slack-api';
import type { Charts, Secrets } from '../../../shared/alerting/channel-ports';
import type { Send } from '../../../shared/alerting/deliver';
import type { Channel } from '../../../shared/domain/receiver';
import type { Inbox } from '../inbox/inbox';
import { inboxCall } from './inbox-call';
import { inboxMailer } from './inbox-mailer';
import { isKnown, standIn } from './inbox-secrets';

export interface LocalSendsOptions {
  readonly inbox: Inbox;
  readonly secrets: Secrets;
  readonly charts: Charts;
  readonly call: GuardedCall;
  readonly now: () => number;
  /** A mail server, `smtp://…`; absent: mails go into the inbox. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly actions: EmailClient['actions'];
  readonly slackButtons: boolean;
  readonly problem: EmailClient['problem'];
  /** Slack's Web API is there; Slack's own if undefined. */
  readonly slackUrl: string | undefined;
}

/** Slack takes a message a second in a conversation. */
const SLACK_EVERY_MS = 1_000;

/**
 * How a channel tells people on this machine: as the deployed function does where its secret (or SMTP_URL) is given, else into
 * the inbox, made by the same code.
 */
export function localSends(options: LocalSendsOptions): Readonly<Record<Channel, Send>> {
  const { secrets, charts, call, now, slackButtons: buttons, slackUrl } = options;
  const wait = (ms: number) => pause(ms);
  const pace = openPace({ everyMs: SLACK_EVERY_MS, now, pause: wait });
  const slack: SlackClient = {
    call,
    api: slackApi({ call, now, ...(slackUrl === undefined ? {} : { baseUrl: slackUrl }) }),
    secrets,
    charts,
    pace,
    pause: wait,
    now,
    buttons,
  };
  const webhook: WebhookClient = { call, secrets, now };
  const unpaced = { turn: async () => true };
  return {
    slack: either(secrets, sendToSlack(slack), (toInbox) =>
      sendToSlack({ ...slack, call: toInbox, pace: unpaced, buttons: true, secrets: standIn(SLACK_STAND_IN) }),
    )(options),
    webhook: either(secrets, sendWebhook(webhook), (toInbox) =>
      sendWebhook({ ...webhook, call: toInbox, secrets: standIn(WEBHOOK_STAND_IN) }),
    )(options),
    email: (notification, ...rest) => {
      const { smtpUrl, inbox, mailFrom: from, actions, problem } = options;
      const mailer = smtpUrl === undefined ? inboxMailer(inbox, notification, now) : smtpMailer(smtpUrl);
      return sendMail({ mailer, charts, secrets, now, from, actions, problem })(notification, ...rest);
    },
  };
}

const SLACK_STAND_IN = { webhookUrl: 'http://inbox.localhost/slack' };
const WEBHOOK_STAND_IN = {
  keys: [`whsec_${Buffer.from('a key of the inbox that guards nothing').toString('base64')}`],
  routingKey: 'inbox',
};

function either(secrets: Secrets, real: Send, toInbox: (call: GuardedCall) => Send) {
  return ({ inbox, now }: LocalSendsOptions): Send =>
    async (notification, claimed, withinMs) => {
      const { receiver } = notification;
      if (receiver.channel === 'email' || (await isKnown(secrets, receiver.secret)))
        return real(notification, claimed, withinMs);
      return toInbox(inboxCall(inbox, notification, now))(notification, claimed, withinMs);
    };
}
