import type { Alerting } from '../document/compile';
import type { NotificationTopic } from '../ports';
import type { AlertStore } from '../store-port';

/** What routing works with. */
export interface RouterServices {
  readonly store: AlertStore;
  readonly topic: NotificationTopic;
  /** The rules in force, made ready. */
  readonly alerting: () => Promise<Alerting>;
  /**
   * Gives a group a turn at a time: a delayed message, a timer. It may come early, twice or never: a turn that is not due does
   * nothing, and the tick gives those that were missed.
   */
  readonly callAt: (group: string, at: number) => Promise<void>;
  /** Epoch milliseconds; in a back-test those of the data. */
  readonly now: () => number;
}

/** Comparisons lost in a row before the call is given up for now. */
export const TRIES_MAX = 12;
