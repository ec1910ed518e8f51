import { z } from 'zod';
import type { Evaluation } from '../evaluate';

/** JSON has no word for what cannot be said, as the delay when nothing was found. */
const MeasureSchema = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const BlockSchema = z.object({
  source: z.string(),
  windows: z.number(),
  found: z.number(),
  falseAlarms: z.number(),
});

const EvaluationSchema: z.ZodType<Evaluation> = z.object({
  model: z.string(),
  windows: z.number(),
  found: z.number(),
  falseAlarms: z.number(),
  precision: MeasureSchema,
  recall: MeasureSchema,
  f1: MeasureSchema,
  rocAuc: MeasureSchema,
  prAuc: MeasureSchema,
  falseAlarmsPerSeriesWeek: MeasureSchema,
  delayMs: MeasureSchema,
  blocks: z.array(BlockSchema),
});

/** Both models on the same test part. */
export const EvaluationDocumentSchema = z.object({
  version: z.literal(1),
  champion: EvaluationSchema,
  challenger: EvaluationSchema,
});
export type EvaluationDocument = z.output<typeof EvaluationDocumentSchema>;
