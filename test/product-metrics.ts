import { archivePoints } from '../lambdas/archive-points/archive-points';
import { openObserver as detectObserver } from '../lambdas/detect-anomalies/observer';
import { type Stage, zeroCounts } from '../lambdas/detect-anomalies/services';
import { openObserver as rescoreObserver } from '../lambdas/rescore-degraded/observer';
import { openObserver as routeObserver } from '../lambdas/route-alerts/observer';
import { openObserver as driftObserver } from '../lambdas/watch-drift/observer';
import { openObserver as watchObserver } from '../lambdas/watch-silence/observer';
import { channelObserver } from '../shared/adapters/notify/deployed-channel';
import type { Telemetry } from '../shared/adapters/powertools/telemetry';
import type { DeliverObserver } from '../shared/alerting/deliver';
import { SAMPLE_NOTIFICATION } from '../shared/domain/notification';
import { zeroShadow } from '../shared/training/shadow';

const STAGES: Readonly<Record<Stage, true>> = {
  ...{ plan: true, load: true, warm: true, advance: true, score: true, conclude: true, store: true },
  ...{ publish: true, file: true, commit: true },
};
const OUTCOMES: Readonly<Record<Parameters<DeliverObserver['delivered']>[1], true>> = {
  ...{ sent: true, dropped: true, refused: true, later: true },
};
const notified = (telemetry: Telemetry) => {
  for (const outcome of Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[])
    channelObserver(telemetry).delivered(SAMPLE_NOTIFICATION, outcome);
};

/** What each function tells its telemetry, all of it at once. */
const TOLD: Readonly<Record<string, (telemetry: Telemetry) => void>> = {
  'detect-anomalies': (telemetry) => {
    const observer = detectObserver(telemetry);
    for (const state of ['open', 'half-open', 'closed'] as const) observer.circuit({ state });
    for (const stage of Object.keys(STAGES) as Stage[]) observer.stage(stage, 1);
    observer.shadow?.('run', zeroShadow());
    observer.batch(zeroCounts(), { oldestArrival: 0, stateBytes: { max: 1, sum: 1, sources: 1 } });
  },
  'watch-drift': (telemetry) =>
    driftObserver(telemetry).looked({ indices: [], max: 0, score: 0, past: [] }, { reference: 'run', vectors: 1 }),
  'watch-silence': (telemetry) => {
    const observer = watchObserver(telemetry);
    observer.waiting(0);
    observer.watched({ filed: 0, looked: 0, missed: 0, opened: 0, fleetIsSilent: false });
  },
  'rescore-degraded': (telemetry) =>
    rescoreObserver(telemetry).rescored({
      ...{ rows: 0, corrected: 0, raised: 0, takenBack: 0, refused: 0, unanswered: 0 },
      ended: 'nothing-left',
    }),
  'route-alerts': (telemetry) => {
    const observer = routeObserver(telemetry);
    observer.routed({ absorbed: 0, known: 0, began: 0, groups: 0 }, []);
    observer.turned(0);
    observer.ticked({ turns: 0, told: 0, failed: 0, removed: 0 });
  },
  'notify-slack': notified,
  'notify-email': notified,
  'notify-webhook': notified,
  'archive-points': (telemetry) =>
    telemetry.counts(archivePoints({ records: [], invocationId: '', deliveryStreamArn: '', region: '' }).counts),
};

/** Names of all metrics of each function that has any of its own, in order; `problems` is of all and not among them. */
export const PRODUCT_METRICS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(TOLD).map(([name, tell]) => [name, measured(tell)]),
);

function measured(tell: (telemetry: Telemetry) => void): string[] {
  const names = new Set<string>();
  const measure = (name: string) => void names.add(name);
  const ignore = () => undefined;
  tell({
    ...{
      now: () => 0,
      clock: () => 0,
      info: ignore,
      published: ignore,
      during: ignore,
      segment: ignore,
      flush: ignore,
    },
    problem: () => measure('problems'),
    measure,
    counts: (counts) => Object.keys(counts).forEach(measure),
    invocations: (handler) => handler,
  });
  names.delete('problems');
  return [...names].sort();
}
