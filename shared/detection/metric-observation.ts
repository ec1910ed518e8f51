import type { AnomalyKind, Contribution } from '../domain/anomaly-event';
import { type Circumstances, explain, kindOf } from './explain';
import type { Observation } from './source-detector';

/** An observation with features, and what stage 2 must know of stage 1's moment: the state may have gone on by then. */
export interface JudgedObservation extends Observation {
  /** How long an alarm of this moment holds, in milliseconds. */
  readonly holdMs: number;
  /** The same by the present pace: a series that has just become faster has more chances to alarm than its usual cadence tells. */
  readonly presentHoldMs: number;
  /** Milliseconds since the value before. */
  readonly stepMs: number;
  /** Of a metric: what words are made of. */
  readonly circumstances?: Circumstances;
  /** Of the relations: the metrics' shares, largest first. */
  readonly broken?: readonly Contribution[];
}

export function isJudged(observation: Observation): observation is JudgedObservation {
  return observation.features !== undefined;
}

/** What an alarm on this observation is about. */
export function kindOfObservation({ features, circumstances }: JudgedObservation): AnomalyKind {
  return circumstances ? kindOf(features!) : 'relation';
}

/** Why an alarm on this observation is one, largest share first. */
export function reasonsOf({ features, circumstances, broken }: JudgedObservation): readonly Contribution[] {
  return circumstances ? explain(features!, circumstances) : (broken ?? []);
}
