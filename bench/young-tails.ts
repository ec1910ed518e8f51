// Learns what young series begin with, and writes it down as code: node bench/run.mjs young-tails > FILE.ts
import { learnYoungTails } from './synthetic/young-tails';

console.log(`// Made by bench/young-tails.ts.
import type { Tails } from './beginning';

/** Statistics of young series as they spread over made-up ones of twelve kinds; in the order of the calibrations. */
export const YOUNG_TAILS: readonly Tails[] = ${JSON.stringify(learnYoungTails(), null, 1)};`);
