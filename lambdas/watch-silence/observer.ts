import type { Telemetry } from '../../shared/adapters/powertools/telemetry';
import type { Observer } from './services';

/**
 * Tells a deployed watch-silence's telemetry. Each run is one line of metrics, also where it fails: `waitingMs`, then the counts
 * of {@link WatchCounts}, and `fleetSilent` (1 while the fleet as a whole is). Each published event is a log line with its id.
 */
export function openObserver(telemetry: Telemetry): Observer {
  return {
    waiting: (ms) => telemetry.measure('waitingMs', ms, 'ms'),
    watched({ fleetIsSilent, ...counts }) {
      telemetry.counts(counts);
      telemetry.measure('fleetSilent', fleetIsSilent ? 1 : 0);
      telemetry.flush();
    },
    published(events) {
      for (const event of events) telemetry.published(event);
    },
    problem: telemetry.problem,
  };
}
