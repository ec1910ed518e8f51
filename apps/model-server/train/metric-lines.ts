/** Metrics of a training job, which SageMaker reads from lines `tidewatch.<name>=<value>`; see MetricDefinitions of the job. */
export const JOB_METRICS = ['points', 'windows', 'f1', 'championF1', 'recall', 'falseAlarms', 'rocAuc'] as const;
export type JobMetric = (typeof JOB_METRICS)[number];

/** Lines for what there is a number for. */
export function metricLines(values: Readonly<Partial<Record<JobMetric, number | null>>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `tidewatch.${name}=${value}\n`)
    .join('');
}
