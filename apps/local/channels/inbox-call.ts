import type { GuardedCall } from '../../../shared/adapters/https/guarded-call';
import { headline } from '../../../shared/alerting/words/notification-words';
import type { Notification } from '../../../shared/domain/notification';
import type { Inbox } from '../inbox/inbox';

/** Takes a post into the inbox and answers as a provider does that is content. */
export function inboxCall(inbox: Inbox, notification: Notification, now: () => number): GuardedCall {
  return async ({ url, headers, body }) => {
    const { id, receiver, reason } = notification;
    inbox.put({
      id,
      at: now(),
      channel: receiver.channel,
      receiver: receiver.name,
      reason,
      headline: headline(notification),
      to: url,
      headers: { ...headers },
      body: typeof body === 'string' ? body : Buffer.from(body).toString('utf8'),
    });
    return { status: 200, headers: {}, body: 'ok' };
  };
}
