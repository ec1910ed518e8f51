import { RELATION_SETTINGS } from './relation-settings';

const { linearRange } = RELATION_SETTINGS;

/** Below this share of the mean a spread cannot be told from rounding: the metric counts as constant. */
const RESOLUTION = 1e-14;
/** A jump of a constant metric, in standard deviations: it has none to measure by. */
const CONSTANT_JUMP = 3;

/**
 * Deviation from the usual in standard deviations, linear up to about three and logarithmic beyond: one wild value must
 * not decide alone. Finite for finite input.
 */
export function scaledValue(value: number, mean: number, variance: number): number {
  const deviation = value - mean;
  const z = isConstant(mean, variance) ? CONSTANT_JUMP * Math.sign(deviation) : deviation / Math.sqrt(variance);
  return linearRange * Math.asinh(z / linearRange);
}

/** The deviation which a scaled value teaches, in the metric's unit: compressed, so that outliers teach little. */
export function learntDeviation(value: number, scaled: number, mean: number, variance: number): number {
  return isConstant(mean, variance) ? value - mean : Math.sqrt(variance) * scaled;
}

function isConstant(mean: number, variance: number): boolean {
  return variance === 0 || Math.sqrt(variance) <= RESOLUTION * Math.abs(mean);
}
