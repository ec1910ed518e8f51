import type { Circumstances } from './explain';
import type { Observation, Standing } from './source-detector';

/** What stage 2 must know of stage 1's moment: the state itself may have gone on by then. */
export interface JudgedObservation extends Observation {
  /** How long an alarm of this moment holds, in milliseconds. */
  readonly holdMs: number;
  readonly circumstances: Circumstances;
}

export function isJudged(observation: Observation): observation is JudgedObservation {
  return observation.features !== undefined;
}

/** A value that is stored only. */
export function unjudged(
  metric: string,
  value: number,
  standing: Standing,
  learnt: number,
  learningNeeds: number,
): Observation {
  return {
    metric,
    value,
    standing,
    features: undefined,
    expected: undefined,
    lower: undefined,
    upper: undefined,
    learnt,
    learningNeeds,
  };
}
