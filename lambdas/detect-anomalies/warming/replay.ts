import { FEATURE_SCHEMA_VERSION, type Model } from '../../../shared/detection/model';
import { CHECKPOINT_FIELD, type RecentRow, type StateFields } from '../../../shared/detection/ports';
import type { ConcludeContext, Observation, OpenSourceDetector } from '../../../shared/detection/source-detector';
import { dataPointOf, inOrder, type StoredPoint } from '../../../shared/detection/stored-points';
import type { Checkpoint } from '../../../shared/domain/position';
import type { SourceWork } from '../plan-batch';

export interface Engine {
  readonly openDetector: OpenSourceDetector;
  /** Judges what has no row: the relations of a source. */
  readonly builtIn: Model;
}

/**
 * Learns stored rows as if they came again, without any effect outside. Stage 2 is given the scores that were stored, so that
 * alarms hold and episodes stand as they were told. Where the rows follow what `base` has learnt without a gap, the state is
 * the one that was lost, byte for byte, but for what no row tells: arrivals, and a model other than the built-in one on relations.
 *
 * @param base the state to go on from; undefined: from nothing, and late rows, which never taught anything, are left out
 * @returns fields that changed, the checkpoint among them. O(rows)
 */
export function replay(
  { source, settings, points }: SourceWork,
  base: { readonly fields: StateFields | undefined; readonly checkpoint: Checkpoint },
  rows: readonly RecentRow[],
  { openDetector, builtIn }: Engine,
): StateFields {
  // As many metrics as its settings say: each that was judged had a place, also those that the batch does not bring.
  const detector = openDetector(source, settings, base.fields);
  const told = base.fields === undefined ? rows.filter(({ late }) => !late) : rows;
  const order = Object.keys(points[0]?.point.metrics ?? {});
  let { checkpoint } = base;
  for (const stored of inOrder(told)) {
    const point = dataPointOf(source, stored, order);
    const observations = detector.advance(point);
    const scores = observations.flatMap((observation) => scoreOf(observation, stored, builtIn));
    detector.conclude(point, observations, scores, CONTEXT);
    checkpoint = checkpoint.advanced(stored.position);
  }
  return new Map([...detector.encode(), [CHECKPOINT_FIELD, new TextEncoder().encode(checkpoint.encode())]]);
}

/** What becomes of it is not told again, so nobody reads this. */
const CONTEXT: ConcludeContext = {
  versions: { model: '', settings: 0, schema: FEATURE_SCHEMA_VERSION },
  degraded: false,
  warming: true,
};

function scoreOf({ features, metric }: Observation, { rows }: StoredPoint, builtIn: Model) {
  if (features === undefined) return [];
  const row = metric === undefined ? undefined : rows.get(metric);
  return [row === undefined ? builtIn.score(features) : { anomaly: row.anomalyScore, alarm: row.alarmScore }];
}
