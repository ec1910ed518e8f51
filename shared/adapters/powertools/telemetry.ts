import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import type { AnomalyEvent } from '../../domain/anomaly-event';
import { parseConfig } from '../../runtime/config';
import { eventThread } from '../../runtime/thread';
import { faultFields } from './fault-fields';
import { openSegments } from './segments';
import { TelemetryVariables } from './telemetry-variables';

const UNITS = { count: MetricUnit.Count, ms: MetricUnit.Milliseconds, bytes: MetricUnit.Bytes } as const;
type Unit = keyof typeof UNITS;

/** Fields of a log line: ids, names and counts. Never a value of the data, and never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Telemetry of one deployed function: structured logs; metrics in CloudWatch's embedded format, which cost no call, since a log
 * line becomes the metric; segments of X-Ray. Dimensions are bounded: service and environment, and nothing that data can name.
 * One invocation at a time, as Lambda has it.
 */
export interface Telemetry {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  info(message: string, fields: LogFields): void;
  /** A line for an event that was published: the thread of all that follows from it. `fields` say from what it came. */
  published(event: AnomalyEvent, fields?: LogFields): void;
  /** A warning, and the metric `problems`. Of the error only what cannot hold data: see {@link faultFields}. */
  problem(what: string, error: unknown): void;
  /** Fields of every line from here to the end of the invocation. */
  during(fields: LogFields): void;
  /** Several values of one name are kept apart until {@link flush}. */
  measure(name: string, value: number, unit?: Unit): void;
  /** All numbers of an object, as counts of these names. */
  counts(counts: object): void;
  /** What has just ended, as a segment of the invocation's trace. */
  segment(name: string, ms: number, error?: unknown): void;
  /** One line with all measures since the last one. */
  flush(): void;
  /** Wraps a function's handler: lines carry the invocation's id, and nothing of an invocation is left to the next. */
  invocations<Event, Result>(
    handler: (event: Event, context: Context) => Promise<Result>,
  ): (event: Event, context: Context) => Promise<Result>;
}

/**
 * @param service the function's name
 * @param env holds {@link TelemetryVariables}
 * @throws {ConfigError} naming a variable that is not as it must be
 */
export function openTelemetry(service: string, env: NodeJS.ProcessEnv): Telemetry {
  const { ENVIRONMENT, METRICS_NAMESPACE, LOG_LEVEL, TRACING } = parseConfig(z.object(TelemetryVariables), env);
  const logger = new Logger({
    serviceName: service,
    logLevel: LOG_LEVEL,
    persistentKeys: { environment: ENVIRONMENT },
  });
  const metrics = new Metrics({
    serviceName: service,
    namespace: METRICS_NAMESPACE,
    defaultDimensions: { environment: ENVIRONMENT },
  });
  const segments = openSegments(service, TRACING === 'on');
  const measure = (name: string, value: number, unit: Unit = 'count') => metrics.addMetric(name, UNITS[unit], value);
  const flush = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return {
    now: Date.now,
    clock: () => performance.now(),
    info: (message, fields) => logger.info(message, { ...fields }),
    published: (event, fields = {}) =>
      logger.info('anomaly event published', {
        ...eventThread(event),
        severity: event.severity,
        degraded: event.degraded,
        warming: event.warming,
        ...fields,
      }),
    problem(what, error) {
      measure('problems', 1);
      logger.warn(what, { fault: faultFields(error) });
    },
    during: (fields) => logger.appendKeys({ ...fields }),
    measure,
    counts(counts) {
      for (const [name, count] of Object.entries(counts)) if (typeof count === 'number') measure(name, count);
    },
    segment: segments.add,
    flush,
    invocations: (handler) => async (event, context) => {
      logger.addContext(context);
      segments.begin();
      try {
        return await handler(event, context);
      } finally {
        flush();
        logger.resetKeys();
      }
    },
  };
}
