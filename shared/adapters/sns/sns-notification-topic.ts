import type { NotificationTopic } from '../../alerting/ports';
import { notificationAttributes } from '../event-attributes';
import { entryOf } from './entries';
import { createSnsPublisher, type SnsTopicOptions } from './sns-publisher';

/**
 * The topic "notifications" at SNS, with the attributes that channels filter by. A notification may come twice and is known by
 * its id. Rejects with a TransientFault when not all were taken in time.
 */
export function createSnsNotificationTopic(
  options: SnsTopicOptions,
): NotificationTopic & { readonly close: () => void } {
  const publisher = createSnsPublisher(options, { part: 'notification topic', noun: 'notifications' });
  return {
    publish: (notifications) =>
      publisher.publish(notifications.map((one) => entryOf(one, notificationAttributes(one)))),
    close: publisher.close,
  };
}
