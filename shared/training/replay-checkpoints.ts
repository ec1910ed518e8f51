import { z } from 'zod';
import { DistributionsSchema } from './distributions';

const CountSchema = z.number().int().min(0);
/** Vectors that were left out, by reason. */
export const LeftOutSchema = z.object({
  young: CountSchema,
  late: CountSchema,
  excluded: CountSchema,
  marked: CountSchema,
  sampled: CountSchema,
});
const RowSchema = z.object({
  source: z.string(),
  metric: z.string().optional(),
  timestamp: z.number(),
  features: z.array(z.number()),
});

const SampleSchema = z.object({ bar: z.number(), offered: CountSchema, rows: z.array(RowSchema) });

/** What a replay has come to after whole sources: who goes on from it comes to the same bytes. */
export const ReplayStateSchema = z.object({
  /** Points and sources that it has seen, in the order of the history. */
  points: CountSchema,
  sources: CountSchema,
  leftOut: LeftOutSchema,
  distributions: DistributionsSchema,
  /** `label` is the place in the list of labels. */
  labelled: z.array(RowSchema.extend({ label: CountSchema })),
  /** Of usual vectors that train. */
  sample: SampleSchema,
  /** Of the vectors whose distributions are counted. */
  counted: SampleSchema,
});
type Parsed = z.output<typeof ReplayStateSchema>;
type Row = {
  readonly source: string;
  readonly metric?: string | undefined;
  readonly timestamp: number;
  readonly features: readonly number[];
};
type Sample = { readonly bar: number; readonly offered: number; readonly rows: readonly Row[] };
export type ReplayState = Omit<Parsed, 'labelled' | 'sample' | 'counted'> & {
  readonly labelled: readonly (Row & { readonly label: number })[];
  readonly sample: Sample;
  readonly counted: Sample;
};

/** Where a replay that may be interrupted keeps what it has come to. */
export interface ReplayCheckpoints {
  /** Undefined: it begins. */
  load(): Promise<ReplayState | undefined>;
  /** Between two sources; takes the state when it is time to keep it. Rejects to interrupt the replay. */
  offer(state: () => ReplayState): Promise<void>;
}
