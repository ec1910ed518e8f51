import { randomUUID } from 'node:crypto';
import { createRouter } from '../../../lambdas/route-alerts/create-handler';
import type { Observer } from '../../../lambdas/route-alerts/services';
import { openLmdbAlertStore } from '../../../shared/adapters/embedded/lmdb-alert-store';
import { openStoreQueue, type StoreQueue } from '../../../shared/adapters/embedded/store-queue';
import { openAlertActions } from '../../../shared/alerting/alert-actions';
import { readDocument } from '../../../shared/alerting/document/read-document';
import { openNotificationLog } from '../../../shared/alerting/notification-log';
import type { AlertActions, NotificationLog } from '../../../shared/alerting/ports';
import { alertingInForce } from '../../../shared/alerting/rules-store';
import type { AlertStore } from '../../../shared/alerting/store-port';
import type { AnomalyEvent } from '../../../shared/domain/anomaly-event';
import type { Notification } from '../../../shared/domain/notification';
import type { Channel } from '../../../shared/domain/receiver';
import type { SqsHandler } from '../../../shared/runtime/sqs';
import { startTimer } from '../live/silence-watch';
import { LOCAL_RULES } from './local-rules';
import { type QueueMapping, startQueueMapping } from './queue-mapping';

export interface AlertingOptions {
  /** File of all state of alerting. */
  readonly file: string;
  /** In force until `tidewatch rules apply` says otherwise. */
  readonly rules?: string;
  readonly tickEveryMs?: number;
  readonly onProblem: (what: string, error: unknown) => void;
  /** What a group's turn decided to tell, before channels get it; for a screen. */
  readonly onNotifications?: (notifications: readonly Notification[]) => void;
}

/** Alerting on one machine: the router over a durable file, and a queue for each channel, as SNS and SQS have it on AWS. */
export interface LocalAlerting {
  readonly store: AlertStore;
  readonly log: NotificationLog;
  readonly actions: AlertActions;
  readonly queues: Readonly<Record<Channel, StoreQueue>>;
  /** For the topic "anomalies". */
  readonly route: (events: readonly AnomalyEvent[]) => Promise<void>;
  /** Gives a channel's function the messages of its queue, until the alerting is stopped. */
  subscribe(channel: Channel, handler: SqsHandler): void;
  stop(): Promise<void>;
}

const TICK_EVERY_MS = 1_000;
/** The command line applies rules to the same file; they hold a moment later. */
const RULES_FRESH_MS = 2_000;

export function openAlerting(options: AlertingOptions): LocalAlerting {
  const { file, rules = LOCAL_RULES, tickEveryMs = TICK_EVERY_MS, onProblem, onNotifications } = options;
  const store = openLmdbAlertStore(file);
  const queueOf = (channel: Channel) => openStoreQueue(store, `notify-${channel}`, Date.now);
  const queues = { slack: queueOf('slack'), email: queueOf('email'), webhook: queueOf('webhook') };
  const mappings: { readonly channel: Channel; readonly mapping: QueueMapping }[] = [];
  const alerting = alertingInForce(store, {
    fallback: readDocument(rules, 'rules of this run'),
    clock: () => performance.now(),
    maxAgeMs: RULES_FRESH_MS,
    onProblem,
  });
  const publish = async (notifications: readonly Notification[]) => {
    onNotifications?.(notifications);
    for (const notification of notifications)
      await queues[notification.receiver.channel].send(notification.id, JSON.stringify(notification));
    for (const { mapping } of mappings) mapping.wake();
  };
  const observe: Observer = {
    routed: () => undefined,
    turned: () => undefined,
    ticked: () => undefined,
    problem: onProblem,
  };
  const router = createRouter({ store, topic: { publish }, alerting, now: Date.now, turnsMax: 1_000, observe });
  const timer = startTimer(router.tick, tickEveryMs, (error) => onProblem('alerts', error));
  return {
    store,
    log: openNotificationLog(store, Date.now, randomUUID),
    actions: openAlertActions({ store, alerting, callAt: async () => {}, now: Date.now }),
    queues,
    route: router.route,
    subscribe(channel, handler) {
      mappings.push({ channel, mapping: startQueueMapping(queues[channel], handler, { onProblem }) });
    },
    async stop() {
      await timer.stop();
      for (const { mapping } of mappings) await mapping.stop();
      await store.close();
    },
  };
}
