import type { Telemetry } from '../../shared/adapters/powertools/telemetry';
import { eventThread } from '../../shared/runtime/thread';
import type { Observer } from './services';

/** Tells a deployed route-alerts' telemetry: counts as metrics, and a line for each event, by whose id the thread goes on. */
export function openObserver(telemetry: Telemetry): Observer {
  return {
    routed(counts, events) {
      telemetry.counts(counts);
      for (const event of events) telemetry.info('anomaly event routed', { ...eventThread(event) });
    },
    turned: (told) => telemetry.counts({ turns: 1, told }),
    ticked: (counts) => telemetry.counts(counts),
    problem: telemetry.problem,
  };
}
