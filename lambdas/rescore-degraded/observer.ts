import type { Telemetry } from '../../shared/adapters/powertools/telemetry';
import { recordThread } from '../../shared/runtime/thread';
import type { Observer } from './services';

/**
 * Tells a deployed rescore-degraded's telemetry. Each run is one line of metrics, the counts of {@link RescoreCounts} and
 * `unfinished` (1 when rows are left for the next run) and `modelAway` (1 when it ended because of the model), and a log line that says why it ended. Each published event is a log
 * line with its id and the record of the row that was scored again.
 */
export function openObserver(telemetry: Telemetry): Observer {
  return {
    rescored({ ended, ...counts }) {
      telemetry.counts(counts);
      telemetry.measure('unfinished', Number(ended !== 'nothing-left'));
      telemetry.measure('modelAway', Number(ended.startsWith('model')));
      telemetry.flush();
      telemetry.info('re-scoring ended', { ended, ...counts });
    },
    published(events) {
      for (const { event, position } of events) telemetry.published(event, { record: recordThread(position) });
    },
    problem: telemetry.problem,
  };
}
