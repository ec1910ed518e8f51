import { z } from 'zod';
import type { GuardedAnswer, GuardedCall, GuardedRequest } from '../../shared/adapters/https/guarded-call';
import { arrivalOf, sendingOfFault } from '../../shared/adapters/notify/call-sending';
import { readSecret } from '../../shared/adapters/notify/read-secret';
import { withoutSecrets } from '../../shared/adapters/notify/without-secrets';
import { isSigningKey, standardHeaders } from '../../shared/adapters/webhook/standard-signature';
import type { Secrets } from '../../shared/alerting/channel-ports';
import type { Send, Sending } from '../../shared/alerting/deliver';
import { retryAfterMs } from '../../shared/alerting/retry-delay';
import type { Notification } from '../../shared/domain/notification';
import type { WebhookReceiver } from '../../shared/domain/receiver';
import { cloudEvent, pagerDutyEvent } from './message';

export interface WebhookClient {
  readonly call: GuardedCall;
  readonly secrets: Secrets;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const KeysSchema = z.object({ keys: z.array(z.string().refine(isSigningKey)).min(1).max(5) });
const RoutingKeySchema = z.object({ routingKey: z.string().min(1) });
const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

/**
 * Posts notifications to addresses that users wrote down. Whatever is not taken is tried again over hours, except what can
 * never be: an address that is not to be called, or that is gone (410), which also disables the receiver.
 */
export function sendWebhook(client: WebhookClient): Send {
  return async (notification, _claimed, withinMs) => {
    const { receiver } = notification;
    if (receiver.channel !== 'webhook') return { outcome: 'refused', answer: { words: 'the receiver is no webhook' } };
    if (receiver.template === 'pagerduty' && notification.reason === 'silence-ends')
      return { outcome: 'left-out', words: 'a silence that ends calls nobody' };
    const { secrets, ...request } = await requestOf(notification, receiver, client);
    try {
      const answer = await client.call({ ...request, method: 'POST', timeoutMs: withinMs });
      const sending = sendingOf(answer, receiver, secrets, client.now());
      if (answer.status === 401 || answer.status === 403) client.secrets.forget(receiver.secret);
      return sending;
    } catch (error) {
      return sendingOfFault(error);
    }
  };
}

type Prepared = Pick<GuardedRequest, 'url' | 'headers' | 'body'> & {
  /** What must not be told. */
  readonly secrets: readonly string[];
};

async function requestOf(
  notification: Notification,
  receiver: WebhookReceiver,
  { secrets, now }: WebhookClient,
): Promise<Prepared> {
  const secretUrl =
    receiver.urlSecret === undefined ? undefined : (await secrets.get(receiver.urlSecret)).reveal().trim();
  const given = secretUrl ?? receiver.url;
  const hidden = secretUrl === undefined ? [] : [secretUrl];
  if (receiver.template === 'pagerduty') {
    const { routingKey } = await readSecret(secrets, receiver.secret, RoutingKeySchema);
    const { contentType, body } = pagerDutyEvent(notification, routingKey);
    return {
      url: given ?? PAGERDUTY_URL,
      headers: headersOf(contentType),
      body,
      secrets: [...hidden, routingKey],
    };
  }
  const { keys } = await readSecret(secrets, receiver.secret, KeysSchema);
  const { contentType, body } = cloudEvent(notification);
  const signed = standardHeaders(keys, { id: notification.id, seconds: Math.floor(now() / 1_000), body });
  return { url: given!, headers: { ...headersOf(contentType), ...signed }, body, secrets: [...hidden, ...keys] };
}

function headersOf(contentType: string): Record<string, string> {
  return { 'content-type': contentType, 'user-agent': 'tidewatch' };
}

function sendingOf(
  { status, body, headers }: GuardedAnswer,
  { template }: WebhookReceiver,
  secrets: readonly string[],
  now: number,
): Sending {
  const answer = { status, words: withoutSecrets(body, secrets) || `answered ${status} without a word` };
  if (status >= 200 && status < 300) return { outcome: 'sent', answer };
  if (status === 410) return { outcome: 'refused', answer, disablesReceiver: true };
  // It says so of an event that it will never take.
  if (status === 400 && template === 'pagerduty') return { outcome: 'refused', answer };
  const afterMs = retryAfterMs(headers['retry-after'], now);
  return {
    outcome: 'later',
    answer: { ...answer, ...arrivalOf(status) },
    ...(afterMs === undefined ? {} : { afterMs }),
  };
}
