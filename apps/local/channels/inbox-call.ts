import type { GuardedCall } from '../../../shared/adapters/https/guarded-call';
import type { Notification } from '../../../shared/domain/notification';
import type { Inbox } from '../inbox/inbox';
import { inboxItem } from './inbox-item';

/** Takes a post into the inbox and answers as a provider does that is content. */
export function inboxCall(inbox: Inbox, notification: Notification, now: () => number): GuardedCall {
  return async ({ url, headers, body }) => {
    const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
    inbox.put(inboxItem(notification, now(), { to: url, headers: { ...headers }, body: text }));
    return { status: 200, headers: {}, body: 'ok' };
  };
}
