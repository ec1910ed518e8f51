import { z } from 'zod';
import { NameSchema } from '../domain/data-point';
import { BORROWED_POINTS, lendTails } from './beginning';
import { type Beginning, decodeMetric, emptyMetric } from './metric-codec';
import { BASE_BYTES, HOUR, VALUES } from './metric-layout';
import { saveMetricState } from './metric-state';
import { lend } from './streaming-histogram';
import { startScale, toOffset } from './value-scale';
import { YOUNG_TAILS } from './young-tails';

/** What new series may begin with, by the name of their metric; made offline from the past of like series, read only. */
export const PriorDocumentSchema = z.object({
  version: z.literal(1),
  /** Says which one it is. Whoever puts another one in use raises the version of the settings. */
  name: z.string().min(1),
  metrics: z.record(
    NameSchema,
    z.object({
      /** How many series it was learnt from. */
      series: z.number().int().min(1),
      /** Base64 of the memory, in the layout of states at rest. */
      memory: z.base64(),
    }),
  ),
});
export type PriorDocument = z.output<typeof PriorDocumentSchema>;

export interface PopulationPrior {
  readonly name: string;
  readonly beginnings: ReadonlyMap<string, Beginning>;
}

/** A prior ready for use. Memories in a layout that is not known lend nothing. */
export function openPrior({ name, metrics }: PriorDocument): PopulationPrior {
  const beginnings = new Map<string, Beginning>();
  for (const [metric, { memory }] of Object.entries(metrics)) {
    const state = decodeMetric(Buffer.from(memory, 'base64'));
    if (state) beginnings.set(metric, saveMetricState(state));
  }
  return { name, beginnings };
}

/** What like series lend. */
export interface Loan {
  /** By calibration: shares of points by bucket, and beyond what a statistic is news. */
  readonly tails: readonly { readonly shares: readonly number[]; readonly largest: number }[];
  readonly values: readonly { readonly value: number; readonly weight: number }[];
  /** By hour of the day. */
  readonly hours: readonly ({ readonly mean: number; readonly deviation: number } | undefined)[];
}

const LENT_VALUES = 12;
const OUTERMOST = 0.02;
/** An hour counts as known from the third visit on; every visit of the series' own then weighs a quarter at least. */
const LENT_VISITS = 3;

/**
 * A memory to begin with: statistics half of like and half of all series, values spread as theirs, their hours. The series'
 * own points soon weigh more: statistics fade as it sees as many itself, values are given back after 200, hours within days.
 */
export function lentMemory({ tails, values, hours }: Loan): Beginning {
  const state = emptyMetric();
  lendTails(
    state,
    tails.map(({ shares, largest }, k) => ({
      counts: shares.map((share, j) => (BORROWED_POINTS * share + (YOUNG_TAILS[k]!.counts[j] ?? 0)) / 2),
      largest,
    })),
  );
  const spread = spreadOf(values);
  startScale(state, spread[Math.floor(spread.length / 2)]!);
  lend(state, VALUES, [...new Set(spread.map((value) => toOffset(state, value)))]);
  hours.forEach((hour, h) => {
    if (!hour) return;
    state.f32[HOUR.mean + h] = hour.mean;
    state.f32[HOUR.deviation + h] = hour.deviation;
    state.u8[HOUR.visits + h] = LENT_VISITS;
  });
  return saveMetricState(state).subarray(0, BASE_BYTES);
}

/** Values at even shares of the whole weight, rising. */
function spreadOf(values: Loan['values']): number[] {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const all = sorted.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: LENT_VALUES }, (_, i) => {
    const wanted = all * (OUTERMOST + (1 - 2 * OUTERMOST) * (i / (LENT_VALUES - 1)));
    let below = 0;
    let at = 0;
    while (at < sorted.length - 1 && below + sorted[at]!.weight < wanted) below += sorted[at++]!.weight;
    return sorted[at]!.value;
  });
}
