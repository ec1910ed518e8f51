import { type AnomalyEvent, SAMPLE_ANOMALY_EVENT, type Severity } from '../domain/anomaly-event';
import { stableId } from '../domain/ids';
import type { Notification } from '../domain/notification';
import { compileDocument } from './document/compile';
import { type AlertingDocumentInput, AlertingDocumentSchema } from './document/schema';
import { routeEvents } from './router/route-events';
import { openSimulatedRouter } from './router/simulated-time';
import { createMemoryStore } from './store/memory-store';
import type { AlertStore } from './store-port';

export const START = Date.UTC(2026, 10, 22, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const SCORES: Record<Severity, number> = { low: 0.55, medium: 0.65, high: 0.75, critical: 0.9 };

/** An event of an episode of a source; the severity sets the score. */
export function anomaly(over: Partial<AnomalyEvent> & { readonly source: string }): AnomalyEvent {
  const { severity = 'high', metric = 'temperature', episodeId = `episode of ${over.source}`, transition = 1 } = over;
  const phase = over.phase ?? (transition === 1 ? 'opened' : 'updated');
  return {
    ...SAMPLE_ANOMALY_EVENT,
    metric,
    episodeId,
    transition,
    phase,
    severity,
    alarmScore: phase === 'closed' ? 0 : SCORES[severity],
    timestamp: START,
    ...over,
    id: stableId(episodeId, transition, phase),
  };
}

export const RULES: AlertingDocumentInput = {
  version: 1,
  receivers: [
    { name: 'slack', channel: 'slack', secret: 'slack' },
    { name: 'mail', channel: 'email', to: ['oncall@example.com'] },
    { name: 'pager', channel: 'webhook', secret: 'pager', template: 'pagerduty' },
  ],
  rules: [{ name: 'all' }],
  route: { receivers: ['slack'], groupBy: ['tags.site'], groupWait: '30s', groupInterval: '5m', repeatInterval: '4h' },
};

/** A router over a store in memory with a clock of its own, and everything that it published. */
export class AlertingWorld {
  readonly published: Notification[] = [];
  readonly router;
  readonly alerting;

  constructor(
    rules: Partial<AlertingDocumentInput> = {},
    readonly store: AlertStore = createMemoryStore(),
  ) {
    this.alerting = compileDocument(AlertingDocumentSchema.parse({ ...RULES, ...rules }));
    const topic = {
      publish: async (notifications: readonly Notification[]) => void this.published.push(...notifications),
    };
    this.router = openSimulatedRouter(store, topic, this.alerting, START);
  }

  get services() {
    return this.router.services;
  }

  /** Other rules, from now on. */
  apply(rules: Partial<AlertingDocumentInput>): void {
    const applied = compileDocument(AlertingDocumentSchema.parse({ ...RULES, ...rules }));
    Object.assign(this.services, { alerting: async () => applied });
  }

  /** Milliseconds since the start. */
  async at(ms: number): Promise<this> {
    await this.router.advanceTo(START + ms);
    return this;
  }

  async events(...events: AnomalyEvent[]): Promise<this> {
    await routeEvents(this.services, events);
    return this;
  }

  /** What was told, shortest: receiver, reason, seconds since the start, counts. */
  told(): string[] {
    return this.published.map(({ receiver, reason, decidedAt, counts, transition }) => {
      const { firing, acknowledged, resolved, muted } = counts;
      const count = Object.entries({ firing, acknowledged, resolved, muted })
        .filter(([, n]) => n > 0)
        .map(([what, n]) => `${n} ${what}`);
      return `${receiver.name} #${transition} ${reason} after ${(decidedAt - START) / 1000} s: ${count.join(', ')}`;
    });
  }
}
