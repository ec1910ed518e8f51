import { z } from 'zod';
import { NameSchema, TimestampSchema } from '../domain/data-point';
import { matchesPattern } from '../domain/settings';

/** What is known of a stretch of time of a source, or of one of its metrics. */
export const LabelSchema = z
  .object({
    source: NameSchema,
    /** `source` is a pattern: `*` stands for any run of characters. For exclusions alone: a window is one source's. */
    isPattern: z.boolean().optional(),
    /** Absent: any metric of the source. */
    metric: NameSchema.optional(),
    from: TimestampSchema,
    /** Inclusive. */
    to: TimestampSchema,
    /**
     * `real`: something was wrong here, and one alarm is due. `false-alarm`: nothing was wrong, though it looked so; an alarm is
     * one too many, and what looked so is an example of the usual. `exclude`: known to be unusual (maintenance, a silence), to
     * be neither learnt from nor counted.
     */
    verdict: z.enum(['real', 'false-alarm', 'exclude']).default('real'),
    /** Who says so: people, or who put a fault there. */
    origin: z.enum(['people', 'injected']).default('people'),
    /** Kind of an injected fault. */
    fault: NameSchema.optional(),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'lies before from' })
  .refine(({ isPattern, verdict }) => isPattern !== true || verdict === 'exclude', {
    path: ['isPattern'],
    error: 'is for exclusions alone: name the source',
  });
export type Label = z.output<typeof LabelSchema>;

export const LabelsSchema = z.array(LabelSchema).max(100_000);

/** Finds the label that holds for a moment of a series. O(log labels of the source + overlaps). */
export interface LabelIndex {
  at(source: string, metric: string | undefined, timestamp: number): Label | undefined;
}

/**
 * Where labels overlap, `exclude` wins over all and `real` over `false-alarm`; of two alike the one that begins first holds.
 * While an injected fault is on one metric of a source, its other metrics are excluded: they are compared with what was never
 * so.
 */
export function indexLabels(labels: readonly Label[]): LabelIndex {
  const labelsOf = labelsBySource(labels);
  const sorted = new Map<string, ReturnType<typeof sortedSpans> | undefined>();
  const spansOf = (source: string) => {
    if (!sorted.has(source)) {
      const own = labelsOf(source);
      sorted.set(source, own.length === 0 ? undefined : sortedSpans(own));
    }
    return sorted.get(source);
  };
  return {
    at(source, metric, timestamp) {
      const spans = spansOf(source);
      if (spans === undefined) return undefined;
      let found: Label | undefined;
      for (let i = firstAfter(spans.labels, timestamp) - 1; i >= 0 && spans.latestEnd[i]! >= timestamp; i--) {
        const label = spans.labels[i]!;
        if (label.to < timestamp) continue;
        // Relations have no metric: they may be about any.
        const fits = label.metric === undefined || metric === undefined || label.metric === metric;
        if (!fits && label.origin !== 'injected') continue;
        if (!fits) return { ...label, verdict: 'exclude' };
        if (label.verdict === 'exclude') return label;
        if (found?.verdict !== 'real' || label.verdict === 'real') found = label;
      }
      return found;
    },
  };
}

/** Labels of a source by its name: its own, and those whose pattern fits. */
export function labelsBySource(labels: readonly Label[]): (source: string) => readonly Label[] {
  const named = new Map<string, Label[]>();
  const patterns = labels.filter(({ isPattern }) => isPattern);
  for (const label of labels) {
    if (label.isPattern) continue;
    const known = named.get(label.source);
    if (known) known.push(label);
    else named.set(label.source, [label]);
  }
  return (source) => [
    ...(named.get(source) ?? []),
    ...patterns.filter((label) => matchesPattern(label.source, source)),
  ];
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

/** Index of the first of sorted spans that begins after a moment. */
export function firstAfter(spans: readonly { readonly from: number }[], timestamp: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.from <= timestamp) low = middle + 1;
    else high = middle;
  }
  return low;
}
