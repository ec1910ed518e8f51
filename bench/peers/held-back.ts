import { learnTime } from '../../shared/detection/cadence';
import { HEAD_BYTES, U32 } from '../../shared/detection/metric-layout';
import { createMetricState } from '../../shared/detection/metric-state';
import { holdMsOf } from '../../shared/detection/observe-metric';
import { speaks } from '../../shared/detection/refractory';

/** Any detector's scores through the product's own refractory: those that do not speak become 0. */
export function heldBack(scores: Float64Array, timestamps: ArrayLike<number>): Float64Array {
  const state = createMetricState(HEAD_BYTES);
  return scores.map((score, row) => {
    learnTime(state, timestamps[row]!);
    state.u32[U32.seen]! += 1;
    return speaks(state, score, timestamps[row]!, holdMsOf(state)) ? score : 0;
  });
}
