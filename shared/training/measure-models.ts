import { curvesOf } from './curves';
import { drawBlocks, intervalOf } from './draw-blocks';
import {
  type EvaluationReport,
  type Gain,
  MEASURES,
  type MeasureName,
  type ModelEvaluation,
  type SliceEvaluation,
} from './evaluation-report';
import type { Evidence } from './evidence';
import { alarmsOf, areasOf, type BlockWeights, type Slice, type SliceMeasures, usualDaysOf } from './measure-slice';
import type { Parts } from './slices';

export const RESAMPLES = 1_000;
/** Areas take long, and their intervals are as good from fewer. */
const AREA_RESAMPLES = 200;
/** Share of resamples that an interval holds. */
export const LEVEL = 0.9;

const MODELS = [0, 1] as const;

/** Both models in order, on each part, with what chance leaves of it; and by how much the second is better. */
export function measureModels(
  evidence: Evidence,
  parts: Parts,
  seed: number,
  versions: readonly [string, string],
): [ModelEvaluation, ModelEvaluation, EvaluationReport['gains']] {
  const slices = [parts.overall, parts.people, ...[...parts.faults, ...parts.groups].map(([, slice]) => slice)];
  const once = evidence.blocks.map(() => 1);
  const whole = MODELS.map((model) => measuresOf(evidence, model, slices, once, true));
  const resampled = MODELS.map(() => slices.map((): Partial<SliceMeasures>[] => []));
  for (let round = 0; round < RESAMPLES; round++) {
    const weights = drawBlocks(evidence.blocks.length, seed, round);
    for (const model of MODELS)
      measuresOf(evidence, model, slices, weights, round < AREA_RESAMPLES).forEach((one, k) => {
        resampled[model]![k]!.push(one);
      });
  }
  const evaluationOf = (model: (typeof MODELS)[number]): ModelEvaluation => {
    const told = slices.map((_, k) => withDoubt(whole[model]![k]!, resampled[model]![k]!));
    const firstGroup = 2 + parts.faults.length;
    return {
      model: versions[model],
      overall: told[0]!,
      people: told[1]!,
      faults: parts.faults.map(([name], k) => ({ name, ...told[2 + k]! })),
      groups: parts.groups.map(([name], k) => ({ name, ...told[firstGroup + k]! })),
      falseAlarmsAgain: evidence.windows.filter(
        ({ label, firstAlarm }) => label.verdict === 'false-alarm' && firstAlarm[model] !== undefined,
      ).length,
      curves: curvesOf(evidence, model, parts.overall),
    };
  };
  const gainOf = (k: number): Gain => {
    const gains = resampled[1]![k]!.map((after, round) => gained(resampled[0]![k]![round]!, after));
    const [low, high] = intervalOf(gains, LEVEL)!;
    return {
      f1: gained(whole[0]![k]!, whole[1]![k]!),
      interval: [low, high],
      confidence: gains.filter((gain) => gain > 0).length / RESAMPLES,
    };
  };
  return [evaluationOf(0), evaluationOf(1), { overall: gainOf(0), people: gainOf(1) }];
}

/** Nothing where no window is. */
function gained(before: Partial<SliceMeasures>, after: Partial<SliceMeasures>): number {
  return (finite(after.f1) ?? 0) - (finite(before.f1) ?? 0);
}

/** Of each slice. Slices of the same blocks share what their usual days say. */
function measuresOf(
  evidence: Evidence,
  model: number,
  slices: readonly Slice[],
  weights: BlockWeights,
  withAreas: boolean,
): Partial<SliceMeasures>[] {
  const usual = new Map<readonly number[], Float64Array>();
  return slices.map((slice) => {
    const alarms = alarmsOf(evidence, model, slice, weights);
    if (!withAreas) return alarms;
    const negatives = usual.get(slice.blocks) ?? usualDaysOf(evidence, model, slice.blocks, weights);
    usual.set(slice.blocks, negatives);
    return { ...alarms, ...areasOf(evidence, model, slice, weights, negatives) };
  });
}

function withDoubt(whole: Partial<SliceMeasures>, resampled: readonly Partial<SliceMeasures>[]): SliceEvaluation {
  const measures = MEASURES.map((name) => [name, finite(whole[name])] as const);
  const intervals = MEASURES.map((name) => {
    const drawn = resampled.flatMap((one) => one[name] ?? []);
    const interval = finite(whole[name]) === null ? undefined : intervalOf(drawn, LEVEL);
    return [name, interval === undefined ? null : [...interval]] as const;
  });
  return {
    windows: whole.windows!,
    found: whole.found!,
    falseAlarms: whole.falseAlarms!,
    ...(Object.fromEntries(measures) as Record<MeasureName, number | null>),
    intervals: Object.fromEntries(intervals) as SliceEvaluation['intervals'],
  };
}

function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
