import type { SourceSettings } from '../domain/settings';
import { zoneOffset } from '../domain/wall-clock';
import { AT } from './built-in-model';
import { judgeAlone } from './metric-detector';
import { FULL_BYTES, VALUES } from './metric-layout';
import { createMetricState, type MetricState, openMetricState } from './metric-state';
import { FEATURES, type Model, roundFeature } from './model';
import type { PopulationPrior } from './population-prior';
import { isEmpty } from './streaming-histogram';

/**
 * How strange a value is beside like series: in [0, 1), for ranking; 0 where nothing is known of its metric, and of counters.
 *
 * @param timestamp epoch milliseconds
 */
export type PopulationScore = (
  metric: string,
  value: number,
  timestamp: number,
  settings: Pick<SourceSettings, 'timeZone' | 'counters'>,
) => number;

/**
 * Scores of values of which nobody remembers anything: each by itself, against what the population lends to a series that
 * begins. Of the nine statistics those that one value can show take part: how far it is from all values of like series, and
 * from what is usual there at this hour. They are as surprising as they are to a young series, and the model makes of them
 * what it makes of any vector. The same value always scores the same. O(1).
 */
export function openPopulationScore({ beginnings }: PopulationPrior, model: Model): PopulationScore {
  const states = new Map<string, MetricState>();
  for (const [metric, beginning] of beginnings) {
    const state = openMetricState(beginning, FULL_BYTES);
    if (!isEmpty(state, VALUES)) states.set(metric, state);
  }
  const copy = createMetricState(FULL_BYTES);
  const features = FEATURES.map(() => 0);
  return (metric, value, timestamp, { timeZone, counters }) => {
    const state = states.get(metric);
    if (state === undefined || counters?.includes(metric)) return 0;
    copy.bytes.set(state.bytes);
    const wallMs = timestamp + zoneOffset(timeZone)(timestamp);
    const alone = judgeAlone(copy, value, wallMs / 1000);
    features[AT.novelty] = roundFeature(alone.novelty);
    features[AT.breach] = roundFeature(alone.breach);
    features[AT.hourDeviationScaled] = roundFeature(alone.hourScaled);
    features[AT.hourDeviation] = roundFeature(alone.hour);
    return model.score(features).anomaly;
  };
}
