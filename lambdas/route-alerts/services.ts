import type { RoutedCounts } from '../../shared/alerting/router/route-events';
import type { RouterServices } from '../../shared/alerting/router/services';
import type { TickCounts } from '../../shared/alerting/router/tick';
import type { AnomalyEvent } from '../../shared/domain/anomaly-event';
import type { DeliveryDelay } from '../../shared/runtime/sqs';

/** What route-alerts works with; built once per cold start. */
export interface Services extends RouterServices {
  readonly delay: DeliveryDelay;
  /** Turns that one run of the tick takes at most. */
  readonly turnsMax: number;
  readonly observe: Observer;
}

/** Told what happens; never decides anything. */
export interface Observer {
  routed(counts: RoutedCounts, events: readonly AnomalyEvent[]): void;
  turned(told: number): void;
  ticked(counts: TickCounts): void;
  /** Something went wrong that was survived. Messages hold no data and no secrets. */
  problem(what: string, error: unknown): void;
}
