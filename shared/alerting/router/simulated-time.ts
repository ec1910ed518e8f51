import type { Alerting } from '../document/compile';
import type { NotificationTopic } from '../ports';
import { INDEX } from '../records';
import type { AlertStore } from '../store-port';
import type { RouterServices } from './services';
import { tick } from './tick';

/** A router whose clock is moved by hand: back-tests go through years in seconds, tests through hours in milliseconds. */
export interface SimulatedRouter {
  readonly services: RouterServices;
  readonly now: () => number;
  /** Every turn that is due until then, at its time; then that is the time. It never goes back. */
  advanceTo(time: number): Promise<void>;
}

const AT_ONCE_MAX = 10_000;

export function openSimulatedRouter(
  store: AlertStore,
  topic: NotificationTopic,
  alerting: Alerting,
  start: number,
): SimulatedRouter {
  let time = start;
  const services: RouterServices = {
    store,
    topic,
    alerting: async () => alerting,
    callAt: async () => {},
    now: () => time,
  };
  return {
    services,
    now: services.now,
    async advanceTo(until) {
      for (;;) {
        const [next] = await store.indexed(INDEX.due, { until, limit: 1 });
        if (next === undefined) break;
        time = Math.max(time, next.at);
        await tick(services, {
          turnsMax: AT_ONCE_MAX,
          removes: false,
          onProblem: (_, error) => {
            throw error;
          },
        });
      }
      time = Math.max(time, until);
    },
  };
}
