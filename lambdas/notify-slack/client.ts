import { z } from 'zod';
import { readSecret } from '../../shared/adapters/notify/read-secret';
import type { Send } from '../../shared/alerting/deliver';
import { sealed } from '../../shared/alerting/sealed';
import { tellByBot } from './bot';
import { postToWebhook } from './incoming-webhook';
import type { SlackClient } from './slack-client';

const SecretSchema = z.union([
  z.object({ botToken: z.string().min(1) }),
  z.object({ webhookUrl: z.url({ protocol: /^https?$/ }) }),
]);

/** Tells notifications in Slack: with a bot token as one message a group that is kept up to date, with an incoming webhook as posts. */
export function sendToSlack(client: SlackClient): Send {
  return async (notification, claimed, withinMs) => {
    const { receiver } = notification;
    if (receiver.channel !== 'slack') return refused('the receiver is no Slack');
    const secret = await readSecret(client.secrets, receiver.secret, SecretSchema);
    if ('webhookUrl' in secret) return postToWebhook(client, notification, receiver, secret.webhookUrl, withinMs);
    if (receiver.to === undefined) return refused('a bot token needs `to`: which conversation');
    const bot = { token: sealed(secret.botToken.trim()), conversation: receiver.to, secretName: receiver.secret };
    return tellByBot(client, bot, notification, claimed, withinMs);
  };
}

function refused(words: string) {
  return { outcome: 'refused', answer: { words } } as const;
}
