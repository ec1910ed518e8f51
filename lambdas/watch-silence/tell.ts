import { RowsRefused } from '../../shared/detection/ports';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { Services } from './services';

/** Stores events, then publishes them. What the store will never keep is published all the same. */
export async function tell({ store, topic, observe }: Services, events: readonly AnomalyEvent[]): Promise<void> {
  try {
    await store.writeAnomalies(events);
  } catch (error) {
    if (!(error instanceof RowsRefused)) throw error;
    observe.problem('store', error);
  }
  await topic.publish(events);
  observe.published(events);
}
