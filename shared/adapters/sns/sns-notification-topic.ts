import { AlertingFault, type NotificationTopic } from '../../alerting/ports';
import { TransientFault } from '../../detection/ports';
import { notificationAttributes } from '../event-attributes';
import { entryOf } from './entries';
import { createSnsPublisher, type SnsTopicOptions } from './sns-publisher';

/**
 * The topic "notifications" at SNS, with the attributes that channels filter by. A notification may come twice and is known by
 * its id. Rejects with an AlertingFault when not all were taken in time.
 */
export function createSnsNotificationTopic(
  options: SnsTopicOptions,
): NotificationTopic & { readonly close: () => void } {
  const publisher = createSnsPublisher(options, 'notifications');
  return {
    async publish(notifications) {
      try {
        await publisher.publish(notifications.map((one) => entryOf(one, notificationAttributes(one))));
      } catch (error) {
        if (!(error instanceof TransientFault)) throw error;
        throw new AlertingFault('notification topic', error.message, { cause: error });
      }
    },
    close: publisher.close,
  };
}
