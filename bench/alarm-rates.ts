// Learns how often alarms of a strength come, and writes it down as code: node bench/run.mjs alarm-rates > FILE.ts
import { learnAlarmRates } from './synthetic/alarm-rates';

console.log(`// Made by bench/alarm-rates.ts.
import type { RateCurve } from './alarm-rate';

/** Pairs of odds and episodes a hold, on sound made-up series of twelve kinds, by the points learnt. */
export const ALARM_RATES: readonly RateCurve[] = ${JSON.stringify(learnAlarmRates(), null, 1)};`);
