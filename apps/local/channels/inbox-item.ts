import { headline } from '../../../shared/alerting/words/notification-words';
import type { Notification } from '../../../shared/domain/notification';
import type { InboxItem } from '../inbox/inbox';

/** A notification as the inbox keeps it, with what its channel made of it. */
export function inboxItem(
  notification: Notification,
  at: number,
  made: Pick<InboxItem, 'to' | 'headers' | 'body'>,
): InboxItem {
  const { id, receiver, reason } = notification;
  return {
    id,
    at,
    channel: receiver.channel,
    receiver: receiver.name,
    reason,
    headline: headline(notification),
    ...made,
  };
}
