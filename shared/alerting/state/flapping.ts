import { durationWords } from '../document/durations';
import type { FlappingLimits } from '../document/schema';

/** When alerts of one series began, of late. */
export interface SeriesHistory {
  /** Oldest first. */
  readonly begun: readonly { readonly alertId: string; readonly at: number; readonly severity: number }[];
}

export interface FlappingVerdict {
  readonly history: SeriesHistory;
  readonly flapping?: 'first' | 'again';
  /** The worst that was begun within the time before it: one that is worse is no part of it. */
  readonly upTo?: number;
  readonly words?: string;
}

const KEPT_MAX = 16;

/**
 * A further alert of a series. It flaps when, with it, as many as the limit began within the time; the first of these says so,
 * those after it are part of it, unless one is worse than all that began within the time before it.
 *
 * @param at when the alert began, of the data
 */
export function countBeginning(
  known: SeriesHistory | undefined,
  alert: { readonly alertId: string; readonly at: number; readonly severity: number },
  { alerts, within }: FlappingLimits,
): FlappingVerdict {
  const others = (known?.begun ?? []).filter(({ alertId }) => alertId !== alert.alertId);
  const begun = [...others, alert].sort((a, b) => a.at - b.at).slice(-KEPT_MAX);
  const history = { begun };
  const count = (until: number) => begun.filter(({ at }) => at <= until && until - at < within).length;
  if (count(alert.at) < alerts) return { history };
  const before = begun[begun.findIndex(({ alertId }) => alertId === alert.alertId) - 1];
  const recent = begun.filter((one) => one !== alert && one.at <= alert.at && alert.at - one.at < within);
  const upTo = Math.max(...recent.map(({ severity }) => severity));
  const isWorse = alert.severity > upTo;
  const wasFlapping = before !== undefined && count(before.at) >= alerts;
  const words = `${count(alert.at)} alerts of this series began within ${durationWords(within)}`;
  return { history, flapping: wasFlapping && !isWorse ? 'again' : 'first', upTo, words };
}
