import { RELATION_SETTINGS } from './relation-settings';

const { learningGate, outlierLimit } = RELATION_SETTINGS;

/** How much a row teaches, 0 to 1: the stranger, the less; what is being accepted teaches in full. */
export function rowWeight(surprise: number, accepting: boolean): number {
  return accepting || surprise <= learningGate ? 1 : (learningGate / surprise) ** 2;
}

/** Limits what a row with one wild value teaches, 0 to 1. */
export function outlierWeight(scaled: Float64Array): number {
  let largest = 0;
  for (let j = 0; j < scaled.length; j++) largest = Math.max(largest, Math.abs(scaled[j]!));
  return largest <= outlierLimit ? 1 : (outlierLimit / largest) ** 2;
}
