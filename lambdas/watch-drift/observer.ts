import type { Telemetry } from '../../shared/adapters/powertools/telemetry';
import type { Observer } from './services';

/**
 * Tells a deployed watch-drift's telemetry. Each run that compared is one line of metrics: `driftVectors`, `driftMax` (the largest
 * index), `driftScores` (of the anomaly score, where the same model scored) and `driftFeatures` (how many lie past the limit); a
 * log line says which. A run that had nothing to compare with has no metrics: a 0 would say that all is well. Why it had not is
 * told once in a function instance's life.
 */
export function openObserver(telemetry: Telemetry): Observer {
  let told: 'no-reference' | 'few-vectors' | undefined;
  return {
    idle(why, words) {
      if (why !== told) telemetry.info(words, {});
      told = why;
    },
    looked({ max, score, past }, { reference, vectors }) {
      told = undefined;
      telemetry.measure('driftVectors', vectors);
      telemetry.measure('driftMax', max);
      if (score !== undefined) telemetry.measure('driftScores', score);
      telemetry.measure('driftFeatures', past.length);
      telemetry.flush();
      if (past.length > 0) telemetry.info('live vectors have drifted from those of training', { reference, past });
    },
    started(run, isNew) {
      if (isNew) telemetry.info('training was started', { run });
    },
  };
}
