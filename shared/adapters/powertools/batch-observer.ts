import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * Telemetry of a deployed function: structured logs, and metrics in CloudWatch's embedded format, which costs no call: a line
 * of log becomes the metric. Dimensions are bounded: the service, and nothing that data can name.
 */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface TelemetryOptions {
  /** Function's name in logs and the one dimension of its metrics. */
  readonly service: string;
  readonly namespace?: string;
}

export function createTelemetry({ service, namespace = 'Tidewatch' }: TelemetryOptions): Telemetry {
  const logger = new Logger({ serviceName: service });
  return { logger, metrics: new Metrics({ serviceName: service, namespace }) };
}

/** What became of a batch, as counts by name; each becomes a metric of the same name. */
export type Counts = Readonly<Record<string, number>>;

/**
 * An observer of batches: stage times and counts gathered over one batch and published as one line at its end; problems as
 * warnings with the error's name and message. Messages hold no data and no secrets: adapters see to that.
 *
 * @param clock monotonic milliseconds
 */
export function observeBatches<StageName extends string>({ logger, metrics }: Telemetry, clock: () => number) {
  const stageMs = new Map<StageName, number>();
  const problem = (what: string, error: unknown): void => {
    const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
    logger.warn(what, { fault: { name, message } });
  };
  return {
    clock,
    stage(stage: StageName, ms: number): void {
      stageMs.set(stage, (stageMs.get(stage) ?? 0) + ms);
    },
    batch(counts: object): void {
      for (const [name, count] of Object.entries(counts as Counts)) metrics.addMetric(name, MetricUnit.Count, count);
      for (const [stage, ms] of stageMs) metrics.addMetric(`${stage}Ms`, MetricUnit.Milliseconds, ms);
      stageMs.clear();
      metrics.publishStoredMetrics();
    },
    /** A change of the circuit to the model: counted by its new state, and told with its cause when it opened. */
    circuit({ state, cause }: { readonly state: 'open' | 'half-open' | 'closed'; readonly cause?: unknown }): void {
      const names = { open: 'circuitOpened', 'half-open': 'circuitProbed', closed: 'circuitClosed' } as const;
      metrics.addMetric(names[state], MetricUnit.Count, 1);
      if (state === 'open') problem('the model is left alone for a while', cause);
    },
    problem,
  };
}
