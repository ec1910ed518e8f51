/** The steps of a run, in their order: one machine walks them so, and so does the state machine on AWS. */
export const STEPS = ['prepare', 'train', 'evaluate', 'gate', 'register', 'shadow', 'deploy'] as const;
export type StepName = (typeof STEPS)[number];

/** What a step is told; all else stands in the documents of the run. */
export interface StepRequest {
  readonly run: string;
}

/** What a step answers. */
export interface StepAnswer {
  readonly run: string;
  /** Is the run over? Then its outcome says how it ended. */
  readonly ended: boolean;
  /** What it found, for people. */
  readonly found: readonly string[];
}
