import type { AnomalyKind } from '../domain/anomaly-event';
import type { Actor, Verdict } from './ports';
import { alertKey, bodyOf, INDEX, type StoredVerdict } from './records';
import { documentsIn } from './router/take-turn';
import type { Alert, AlertFacts } from './state/alert';
import type { AlertStore } from './store-port';

/** What people said of an alert, and which points it is about. Times of data in epoch milliseconds. */
export interface GivenVerdict extends Actor {
  readonly alertId: string;
  readonly episodeId: string;
  readonly source: string;
  /** Absent: the source as a whole. */
  readonly metric?: string;
  readonly kind: AnomalyKind;
  /** When its episode began, and the last that is known of it; both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  /** When it was given, of the clock. */
  readonly at: number;
  readonly note?: string;
}

/** Which alerts: those whose time overlaps it. Epoch milliseconds of the data. */
export interface VerdictRange {
  /** Inclusive; absent: from the first. */
  readonly from?: number;
  /** Exclusive; absent: to the last. */
  readonly to?: number;
}

/** A producer's clock may be so far ahead of ours. */
const CLOCK_SLACK_MS = 86_400_000;

/**
 * Verdicts of people, one for each alert: the newest one, whoever gave it. In the order of the alerts' begin, then of their ids.
 * An alert that is over ends with its episode, one that is not with the last that was heard of it.
 */
export async function listVerdicts(store: AlertStore, { from, to }: VerdictRange = {}): Promise<GivenVerdict[]> {
  // Nobody judges an alert before it began.
  const given = from === undefined ? {} : { from: Math.floor(from) - CLOCK_SLACK_MS };
  const stored = await storedVerdicts(store, given);
  const newest = [...newestOfEach(stored).values()];
  const alerts = await store.load(newest.map(({ alertId }) => alertKey(alertId)));
  return newest
    .map((verdict, i) => givenVerdict(verdict, bodyOf<Alert>(alerts[i])?.facts))
    .filter((verdict) => (from === undefined || verdict.to >= from) && (to === undefined || verdict.from < to))
    .sort((a, b) => a.from - b.from || (a.alertId < b.alertId ? -1 : 1));
}

/** All that was ever said, in the order in which it was given. @param query from when on, of the clock */
export async function storedVerdicts(
  store: AlertStore,
  query: { readonly from?: number } = {},
): Promise<StoredVerdict[]> {
  const stored = await documentsIn<StoredVerdict>(store, INDEX.verdicts, query);
  return stored.sort((a, b) => a.at - b.at);
}

function newestOfEach(verdicts: readonly StoredVerdict[]): ReadonlyMap<string, StoredVerdict> {
  const newest = new Map<string, StoredVerdict>();
  for (const verdict of verdicts) {
    const other = newest.get(verdict.alertId);
    // Of two in one millisecond the same one wins, whatever the order in which they are read.
    if (other === undefined || other.at < verdict.at || (other.at === verdict.at && other.by < verdict.by))
      newest.set(verdict.alertId, verdict);
  }
  return newest;
}

/** Alerts are forgotten before verdicts are: then what was known when it was given holds. */
function givenVerdict({ since, closedAt, ...verdict }: StoredVerdict, facts: AlertFacts | undefined): GivenVerdict {
  const from = Math.min(since, facts?.since ?? since);
  return { ...verdict, from, to: Math.max(from, facts?.closedAt ?? closedAt ?? facts?.updatedAt ?? since) };
}
