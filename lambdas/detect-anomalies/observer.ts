import { SHADOW_METRICS } from '../../shared/adapters/cloudwatch/shadow-metrics';
import type { Telemetry } from '../../shared/adapters/powertools/telemetry';
import { recordThread } from '../../shared/runtime/thread';
import type { ShadowCounts } from '../../shared/training/ports';
import type { Observer, Stage } from './services';

const CIRCUIT_CHANGES = { open: 'circuitOpened', 'half-open': 'circuitProbed', closed: 'circuitClosed' } as const;
/** Stages that wait for something outside this process. */
const TRACED: ReadonlySet<Stage> = new Set(['load', 'warm', 'score', 'store', 'publish', 'file', 'commit']);

/**
 * Tells a deployed detect-anomalies' telemetry. Each batch is one line of metrics: every count by its name in
 * {@link BatchCounts}, every stage as `<stage>Ms`, and `lagMs` (arrival to done, of the oldest record done), `stateBytesMax`
 * and `stateBytesMean` (of the sources committed), `circuitOpen` (1 while the model is left alone); beside a challenger also
 * {@link SHADOW_METRICS}. Each published event is a log line with its id and its record.
 *
 * @example const telemetry = openTelemetry('detect-anomalies', env); // once, at the cold start
 * export const handler = telemetry.invocations(work); // which tells openObserver(telemetry)
 */
export function openObserver(telemetry: Telemetry): Observer {
  let isCircuitOpen = false;
  return {
    clock: telemetry.clock,
    began(records) {
      const first = records[0];
      if (first === undefined) return;
      const { stream, shard, sequence } = first;
      telemetry.during({ batch: { stream, shard, from: sequence, to: records[records.length - 1]!.sequence } });
    },
    stage(stage, ms, fault) {
      telemetry.measure(`${stage}Ms`, ms, 'ms');
      if (TRACED.has(stage)) telemetry.segment(stage, ms, fault);
    },
    published(events) {
      for (const { event, position } of events) telemetry.published(event, { record: recordThread(position) });
    },
    batch(counts, { oldestArrival, stateBytes }) {
      telemetry.counts(counts);
      if (oldestArrival !== undefined) telemetry.measure('lagMs', Math.max(0, telemetry.now() - oldestArrival), 'ms');
      if (stateBytes.sources > 0) {
        telemetry.measure('stateBytesMax', stateBytes.max, 'bytes');
        telemetry.measure('stateBytesMean', stateBytes.sum / stateBytes.sources, 'bytes');
      }
      telemetry.measure('circuitOpen', isCircuitOpen ? 1 : 0);
      telemetry.flush();
    },
    shadow(_, counts) {
      // Which run's it is, the time tells: one challenger is tried at a time.
      for (const name of Object.keys(SHADOW_METRICS) as (keyof ShadowCounts)[])
        telemetry.measure(SHADOW_METRICS[name], counts[name]);
    },
    circuit({ state, cause }) {
      isCircuitOpen = state !== 'closed';
      telemetry.measure(CIRCUIT_CHANGES[state], 1);
      if (state === 'open') telemetry.problem('the model is left alone for a while', cause);
    },
    problem: telemetry.problem,
  };
}
