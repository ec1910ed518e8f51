import { z } from 'zod';
import { SCORE_BUCKETS } from './measures';

const CountSchema = z.number().int().min(0);
const ShareSchema = z.number().min(0).max(1);
/** Null: there is nothing to measure it on. */
const MeasureSchema = z.number().nullable();

/** What is measured with doubt. */
export const MEASURES = [
  'precision',
  'recall',
  'f1',
  'rocAuc',
  'prAuc',
  'falseAlarmsPerSeriesWeek',
  'delayMs',
] as const;
export type MeasureName = (typeof MEASURES)[number];

const IntervalSchema = z.tuple([z.number(), z.number()]).nullable();

/** A model's alarms on a part of what was tested: all, what people labelled, a kind of fault, a group of sources. */
export const SliceSchema = z.object({
  /** Labelled windows in which there was something to be judged, and how many of them had an alarm. */
  windows: CountSchema,
  found: CountSchema,
  /**
   * Episodes that began where nothing was wrong. Of a kind of fault: all of them, as an alarm where nothing is wrong has no
   * kind; so its precision tells kinds of one report apart and models, and nothing else.
   */
  falseAlarms: CountSchema,
  precision: MeasureSchema,
  recall: MeasureSchema,
  f1: MeasureSchema,
  /** Of the alarm score: the strongest of each window against the strongest of each usual day of each series. */
  rocAuc: MeasureSchema,
  prAuc: MeasureSchema,
  falseAlarmsPerSeriesWeek: MeasureSchema,
  /** From the begin of a window to its first alarm, mean over windows found. */
  delayMs: MeasureSchema,
  /** Where most resamples lie, by measure. */
  intervals: z.object(
    Object.fromEntries(MEASURES.map((name) => [name, IntervalSchema])) as Record<MeasureName, typeof IntervalSchema>,
  ),
});
export type SliceEvaluation = z.output<typeof SliceSchema>;

const NamedSliceSchema = SliceSchema.extend({ name: z.string() });
export type NamedSlice = z.output<typeof NamedSliceSchema>;

/** x to y, in order of falling thresholds; some hundred points at most, however many scores there were. */
const CurveSchema = z.array(z.tuple([z.number(), z.number()])).max(SCORE_BUCKETS + 1);
export type Curve = z.output<typeof CurveSchema>;

const ModelEvaluationSchema = z.object({
  model: z.string(),
  overall: SliceSchema,
  /** On the windows that people labelled alone. */
  people: SliceSchema,
  /** By kind of injected fault. */
  faults: z.array(NamedSliceSchema),
  groups: z.array(NamedSliceSchema),
  /** Alarms that people called false: in how many of these windows it alarms again. */
  falseAlarmsAgain: CountSchema,
  curves: z.object({
    /** Share of usual days of series that reach a score, and share of windows that do. */
    roc: CurveSchema,
    /** Recall, and precision among windows and usual days. */
    pr: CurveSchema,
    /** False alarms a series and week, and share of windows found, by the threshold that all series have. */
    alarms: CurveSchema,
  }),
});
export type ModelEvaluation = z.output<typeof ModelEvaluationSchema>;

/** Challenger less champion. */
const GainSchema = z.object({
  f1: z.number(),
  interval: z.tuple([z.number(), z.number()]),
  /** Share of resamples in which the challenger's F1 is higher. */
  confidence: ShareSchema,
});
export type Gain = z.output<typeof GainSchema>;

const PairSchema = z.object({ champion: CountSchema, challenger: CountSchema });

/** Two models on the same points of the past: the document `evaluation.json`. */
export const EvaluationReportSchema = z.object({
  formatVersion: z.literal(1),
  split: z.object({ trainTo: z.number(), testFrom: z.number() }),
  /** What was judged. Times in epoch milliseconds, null without a point. */
  tested: z.object({
    from: z.number().nullable(),
    to: z.number().nullable(),
    points: CountSchema,
    sources: CountSchema,
    series: CountSchema,
    seriesWeeks: z.number().min(0),
    /** Weeks of sources: what is drawn when chance is asked. */
    blocks: CountSchema,
  }),
  windows: z.object({
    people: CountSchema,
    injected: CountSchema,
    /** In which nothing came that could be judged; they are not counted. */
    unheard: CountSchema,
    /** In which people called an alarm false. */
    falseAlarms: CountSchema,
  }),
  /** Share of resamples that an interval holds, and how many there were. */
  level: ShareSchema,
  resamples: CountSchema,
  seed: z.number(),
  champion: ModelEvaluationSchema,
  challenger: ModelEvaluationSchema,
  gains: z.object({ overall: GainSchema, people: GainSchema }),
  /** Sources in which people labelled windows. */
  sources: z.array(z.object({ source: z.string(), windows: CountSchema, found: PairSchema })),
});
export type EvaluationReport = z.output<typeof EvaluationReportSchema>;
