import type { AnomalyTopic } from '../../detection/ports';
import { type AnomalyEvent, SAMPLE_ANOMALY_EVENT } from '../../domain/anomaly-event';

/** What a suite needs of a topic: a way to listen that works until the topic is closed. */
export interface TopicUnderTest {
  readonly topic: AnomalyTopic;
  subscribe(name: string, subscriber: (events: readonly AnomalyEvent[]) => Promise<void> | void): Promise<void> | void;
  close(): Promise<void> | void;
}

/** What every topic of anomaly events must do. Deliveries are awaited, so asynchronous topics pass as well. */
export function describeAnomalyTopic(name: string, make: () => Promise<TopicUnderTest> | TopicUnderTest): void {
  describe(`${name} as an anomaly topic`, () => {
    let under: TopicUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.close());

    it('takes events that nobody wants, and no events', async () => {
      await under.topic.publish([SAMPLE_ANOMALY_EVENT]);
      await under.topic.publish([]);
    });

    it('gives every subscriber every event, whole', async () => {
      const seen: AnomalyEvent[][] = [[], []];
      for (const list of seen) await under.subscribe('subscriber', (events) => void list.push(...events));
      const events = Array.from({ length: 250 }, (_, i) => sample(`${i}`, { tags: { 'é"': '水\n' } }));
      await under.topic.publish(events.slice(0, 100));
      await under.topic.publish(events.slice(100));
      for (const list of seen) {
        await until(() => list.length >= events.length);
        // At least once, and in any order.
        const byId = new Map(list.map((event) => [event.id, event]));
        expect(events.map(({ id }) => byId.get(id))).toEqual(events);
        expect(byId.size).toBe(events.length);
      }
    });
  });
}

export function sample(id: string, fields: Partial<AnomalyEvent>): AnomalyEvent {
  return { ...SAMPLE_ANOMALY_EVENT, id, ...fields };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((soon) => setTimeout(soon, 5));
}
