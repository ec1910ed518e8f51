import { z } from 'zod';
import { fromUnit } from '../detection/built-in-model';
import { isJudged, type JudgedObservation } from '../detection/metric-observation';
import type { Model } from '../detection/model';
import { hurdleOf } from '../detection/refractory';
import type { Observation, Verdict } from '../detection/source-detector';
import { ModelArtifactSchema, openWeightedModel } from '../detection/weighted-model';
import type { AlarmBar } from '../domain/rows';
import { RunSchema } from './plan';
import type { ShadowCounts } from './ports';

/** The document by which a challenger is put beside the champion; without one there is no shadow. */
export const ChallengerSchema = z.object({
  run: RunSchema,
  /** Epoch milliseconds: what is counted from then on is this run's. */
  since: z.number().int().min(0),
  model: ModelArtifactSchema,
});

/** Names of documents beside the settings, or beside the live-model pointer on one machine. */
export const CHALLENGER_FILE = 'challenger.json';
export const SHADOW_FILE = 'shadow.json';

/** A challenger at work beside the champion. */
export interface Shadow {
  readonly run: string;
  /**
   * Adds to `counts` what the challenger would have made of one point's vectors. Call it once for each point, in order. Never
   * throws for what the model does.
   *
   * @param verdicts the champion's, in the order of the observations; what it did not judge is passed over
   */
  compare(
    source: string,
    timestamp: number,
    observations: readonly Observation[],
    verdicts: readonly Verdict[],
    counts: ShadowCounts,
  ): void;
}

/** An alarm of the challenger's own that still holds weaker ones back. */
interface HeldAlarm {
  readonly alarmed: number;
  readonly peakOdds: number;
  readonly holdMs: number;
}

/** Alarms that are remembered at the same time; beyond it the oldest are forgotten. About 2 MB. */
const HELD_MAX = 10_000;

/**
 * The challenger's would-be alarms: score against the threshold by which the champion was judged, and against a refractory of
 * its own, which lives in this process alone and touches no state.
 *
 * It is near what the challenger would do live, not the same. A process that has just begun knows none of the challenger's
 * alarms: then, and wherever the challenger has none that holds, the champion's hurdle counts. So two models are compared by the
 * number of their alarms, not alarm by alarm: one may see at noon what the other saw at eleven.
 *
 * A model's score costs well under a microsecond; memory is bounded.
 *
 * @param opened the model at work, where it is not to be opened from the document
 * @throws {ModelMismatch} if the model takes vectors of another schema
 */
export function openShadow(
  { run, model }: z.output<typeof ChallengerSchema>,
  opened: Model = openWeightedModel(model),
): Shadow {
  const held = new Map<string, HeldAlarm>();

  const alarms = (source: string, timestamp: number, observation: JudgedObservation, bar: AlarmBar): boolean => {
    const { alarm } = opened.score(observation.features!);
    if (!(alarm >= 0 && alarm <= 1)) throw new RangeError('no score');
    if (alarm < bar.threshold) return false;
    const key = `${source}\u0000${observation.metric ?? ''}`;
    const own = held.get(key);
    const ownHurdle = own === undefined ? 0 : hurdleOf(own.alarmed, own.peakOdds, own.holdMs, timestamp);
    const odds = fromUnit(alarm);
    if (odds <= (ownHurdle > 0 ? ownHurdle : fromUnit(bar.hurdle))) return false;
    if (observation.standing === 'current') {
      held.delete(key);
      // As exact as a state keeps it, so that the same model comes to the same alarms.
      held.set(key, { alarmed: timestamp, peakOdds: Math.fround(odds), holdMs: Math.fround(observation.holdMs) });
      if (held.size > HELD_MAX) held.delete(held.keys().next().value!);
    }
    return true;
  };

  return {
    run,
    compare(source, timestamp, observations, verdicts, counts) {
      for (let k = 0; k < observations.length; k++) {
        const observation = observations[k]!;
        const { bar, isAnomaly } = verdicts[k]!;
        if (bar === undefined || !isJudged(observation)) continue;
        counts.vectors += 1;
        try {
          const would = alarms(source, timestamp, observation, bar);
          if (would && isAnomaly) counts.both += 1;
          else if (would) counts.onlyChallenger += 1;
          else if (isAnomaly) counts.onlyChampion += 1;
        } catch {
          counts.failed += 1;
        }
      }
    },
  };
}

export function zeroShadow(): ShadowCounts {
  return { vectors: 0, both: 0, onlyChampion: 0, onlyChallenger: 0, failed: 0 };
}

/** Adds `some` to `total`, count by count. */
export function addShadow(total: ShadowCounts, some: Readonly<ShadowCounts>): void {
  for (const name of Object.keys(total) as (keyof ShadowCounts)[]) total[name] += some[name];
}
