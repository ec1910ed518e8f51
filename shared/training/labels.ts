import { z } from 'zod';
import { NameSchema, TimestampSchema } from '../domain/data-point';

/** What people know of a stretch of time of a source, or of one of its metrics. */
export const LabelSchema = z
  .object({
    source: NameSchema,
    /** Absent: any metric of the source. */
    metric: NameSchema.optional(),
    from: TimestampSchema,
    /** Inclusive. */
    to: TimestampSchema,
    /**
     * `real`: something was wrong here, and one alarm is due. `exclude`: known to be unusual (maintenance, a silence), to be
     * neither learnt from nor counted.
     */
    verdict: z.enum(['real', 'exclude']).default('real'),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'lies before from' });
export type Label = z.output<typeof LabelSchema>;

export const LabelsSchema = z.array(LabelSchema).max(100_000);

/** Finds the label that holds for a moment of a series; `exclude` wins. O(log labels of the source + overlaps). */
export interface LabelIndex {
  at(source: string, metric: string | undefined, timestamp: number): Label | undefined;
}

export function indexLabels(labels: readonly Label[]): LabelIndex {
  const bySource = new Map<string, Label[]>();
  for (const label of labels) {
    const known = bySource.get(label.source);
    if (known) known.push(label);
    else bySource.set(label.source, [label]);
  }
  const sorted = new Map([...bySource].map(([source, list]) => [source, sortedSpans(list)]));
  return {
    at(source, metric, timestamp) {
      const spans = sorted.get(source);
      if (spans === undefined) return undefined;
      let found: Label | undefined;
      for (let i = firstAfter(spans.labels, timestamp) - 1; i >= 0 && spans.latestEnd[i]! >= timestamp; i--) {
        const label = spans.labels[i]!;
        // Relations have no metric: they may be about any.
        const fits = label.metric === undefined || metric === undefined || label.metric === metric;
        if (!fits || label.to < timestamp) continue;
        if (label.verdict === 'exclude') return label;
        found = label;
      }
      return found;
    },
  };
}

function sortedSpans(list: readonly Label[]) {
  const labels = [...list].sort((a, b) => a.from - b.from);
  let latest = Number.NEGATIVE_INFINITY;
  const latestEnd = labels.map(({ to }) => {
    latest = Math.max(latest, to);
    return latest;
  });
  return { labels, latestEnd };
}

/** Index of the first label that begins after a moment. */
function firstAfter(labels: readonly Label[], timestamp: number): number {
  let low = 0;
  let high = labels.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (labels[middle]!.from <= timestamp) low = middle + 1;
    else high = middle;
  }
  return low;
}
