import { openPriorLearner, type PriorLearner } from '../detection/prior-learner';
import type { Settings } from '../domain/settings';
import { SourceSample } from './source-sample';

/** From how much is learnt what new series borrow. */
export interface PriorSampleRules {
  /** So many series are learnt from at most: 10 KB each, that is a gigabyte for 100,000. */
  readonly seriesMax: number;
  readonly seed: number;
}

export interface SampledPriorLearner extends Pick<PriorLearner, 'document'> {
  /** Points of a source in order; of different sources in any. */
  take: (...point: Parameters<PriorLearner['take']>) => void;
  /** Of the sources it was given, it learnt from so many; 1: from all. */
  share(): number;
}

/**
 * Learns a prior in bounded memory: where there are more series than it may have, whole sources are drawn by hash, as for training.
 * With the seed of a history that draws sources itself, they are a part of those. What comes of it does not depend on the order of sources.
 */
export function openSampledPriorLearner(
  settings: Settings,
  { seriesMax, seed }: PriorSampleRules,
): SampledPriorLearner {
  const learner = openPriorLearner(settings);
  // What it counts are series here.
  const sample = new SourceSample({ pointsMax: seriesMax, seed, preferred: new Set() });
  const share = () => sample.shares.named;
  return {
    take(point) {
      if (!sample.has(point.source)) return;
      const begun = learner.take(point);
      if (begun === 0) return;
      const before = share();
      for (let i = 0; i < begun; i++) sample.offer(point.source);
      if (share() < before) learner.keep((source) => sample.has(source));
    },
    document: (name) => learner.document(name),
    share,
  };
}
