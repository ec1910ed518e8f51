import { routeEvents } from '../../shared/alerting/router/route-events';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import { tickAlerts } from './route-alerts';
import type { Services } from './services';

/** What a runtime on one machine calls: its topic hands over events as they are, and its timer is the tick. */
export interface LocalRouter {
  /** Rejects when the store does not answer; the same events may be given again. */
  route(events: readonly AnomalyEvent[]): Promise<void>;
  tick(): Promise<void>;
}

/** On one machine the durable store and a timer stand in for delayed messages. */
export function createRouter(handed: Omit<Services, 'callAt' | 'delay'>): LocalRouter {
  const services: Services = { ...handed, callAt: async () => {}, delay: { delay: async () => {} } };
  return {
    async route(events) {
      services.observe.routed(await routeEvents(services, events), events);
    },
    tick: async () => void (await tickAlerts(services)),
  };
}
