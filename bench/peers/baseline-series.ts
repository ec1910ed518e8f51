import { hasArrived, noteArrival } from '../../shared/detection/arrival';
import { SCORE_AT_HALF, toUnit } from '../../shared/detection/built-in-model';
import { learnTime } from '../../shared/detection/cadence';
import { moveEpisode } from '../../shared/detection/episode';
import { anomalyEvent } from '../../shared/detection/judge';
import { F64, HEAD_BYTES, U32 } from '../../shared/detection/metric-layout';
import { createMetricState } from '../../shared/detection/metric-state';
import { holdMsOf } from '../../shared/detection/observe-metric';
import { speaks } from '../../shared/detection/refractory';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { DataPoint } from '../../shared/domain/data-point';
import type { SourceSettings } from '../../shared/domain/settings';
import { openWindowedGaussian } from './windowed-gaussian';

const CONTEXT = { versions: { model: 'gaussian', settings: 1, schema: 0 }, degraded: false, warming: false };

/**
 * What stands in for the engine to see what the engine is worth: standard deviations from the mean of the last rows, with
 * the product's own refractory and episodes. Late points are passed over.
 *
 * @param sigmas deviations at which an alarm is due
 */
export function openBaseline(
  metric: string,
  settings: SourceSettings,
  sigmas: number,
): (point: DataPoint) => readonly AnomalyEvent[] {
  const judge = openWindowedGaussian();
  const state = createMetricState(HEAD_BYTES);
  return (point) => {
    const { timestamp } = point;
    if (hasArrived(state) && timestamp <= state.f64[F64.newest]!) return [];
    learnTime(state, timestamp);
    noteArrival(state, timestamp);
    state.u32[U32.seen]! += 1;
    const value = point.metrics[metric]!;
    const odds = (SCORE_AT_HALF * judge(value)) / sigmas;
    const holdMs = holdMsOf(state);
    const anomalyScore = toUnit(odds);
    const alarmScore = speaks(state, odds, timestamp, holdMs) ? anomalyScore : 0;
    const verdict = { anomalyScore, alarmScore, isAnomaly: alarmScore >= settings.threshold, contributions: [] };
    const { releaseLevel, releaseMs } = settings;
    const change = moveEpisode(state, { ...verdict, timestamp, kind: 'value', releaseLevel, releaseMs });
    if (change === undefined) return [];
    const seen = { metric, value, expected: undefined, lower: undefined, upper: undefined };
    const observation = { ...seen, standing: 'current' as const, features: [], learnt: 0, learningNeeds: 0 };
    return [
      anomalyEvent(
        point,
        { ...observation, holdMs, presentHoldMs: holdMs, stepMs: 0 },
        verdict,
        change,
        settings.threshold,
        CONTEXT,
      ),
    ];
  };
}
