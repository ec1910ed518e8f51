import { type AnomalyTopic, TransientFault } from '../../detection/ports';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import { FILTER_ATTRIBUTES, type FilterAttribute } from '../event-attributes';

/**
 * What a subscriber wants, as an SNS filter policy with exact matches: an event passes if each attribute named has one of
 * the values listed. An empty policy passes all, an empty list none.
 */
export type FilterPolicy = Readonly<Partial<Record<FilterAttribute, readonly string[]>>>;

/** Called with at least one event, in the order published. The topic waits for it. */
export type Subscriber = (events: readonly AnomalyEvent[]) => Promise<void> | void;

export interface EmbeddedTopic extends AnomalyTopic {
  /** @param name stands in errors @returns ends the subscription */
  subscribe(name: string, subscriber: Subscriber, policy?: FilterPolicy): () => void;
}

/**
 * The topic "anomalies" within a process. Every subscriber gets what it wants whether or not others fail; if one fails,
 * `publish` rejects with a TransientFault after all have answered, so that the batch is tried again and the others may see
 * an event twice.
 */
export function createTopic(): EmbeddedTopic {
  const subscriptions = new Set<{ name: string; subscriber: Subscriber; policy: FilterPolicy }>();
  return {
    async publish(events) {
      const current = [...subscriptions];
      const results = await Promise.allSettled(
        current.map(async ({ subscriber, policy }) => {
          const wanted = events.filter((event) => passes(event, policy));
          if (wanted.length > 0) await subscriber(wanted);
        }),
      );
      const failed = current.filter((_, i) => results[i]!.status === 'rejected');
      if (failed.length === 0) return;
      const causes = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      const names = failed.map(({ name }) => name).join(', ');
      throw new TransientFault('topic', `not taken by ${names}`, { cause: new AggregateError(causes) });
    },
    subscribe(name, subscriber, policy = {}) {
      const subscription = { name, subscriber, policy };
      subscriptions.add(subscription);
      return () => {
        subscriptions.delete(subscription);
      };
    },
  };
}

function passes(event: AnomalyEvent, policy: FilterPolicy): boolean {
  return FILTER_ATTRIBUTES.every((attribute) => policy[attribute]?.includes(event[attribute]) ?? true);
}
