import type { AnomalyTopic } from '../../detection/ports';
import { FILTER_ATTRIBUTES } from '../event-attributes';
import { entryOf } from './entries';
import { createSnsPublisher, type SnsTopicOptions } from './sns-publisher';

export type { SnsTopicOptions };

export interface SnsTopic extends AnomalyTopic {
  close(): void;
}

/**
 * The topic "anomalies" at SNS: events go as JSON. An event may come twice, and in any order, and is known by its id. Rejects
 * as {@link createSnsPublisher} says.
 */
export function createSnsTopic(options: SnsTopicOptions): SnsTopic {
  const publisher = createSnsPublisher(options, { part: 'topic', noun: 'events' });
  return {
    publish: (events) =>
      publisher.publish(
        events.map((event) => entryOf(event, Object.fromEntries(FILTER_ATTRIBUTES.map((name) => [name, event[name]])))),
      ),
    close: publisher.close,
  };
}
