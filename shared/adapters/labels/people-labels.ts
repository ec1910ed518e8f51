import type { AlertingDocument } from '../../alerting/document/schema';
import type { AlertStore } from '../../alerting/store-port';
import type { Label } from '../../training/labels';
import { judgedAlerts } from './judged-alerts';
import { mutedSpans } from './muted-spans';

export interface PeopleLabelsOptions {
  /** Of the data, epoch milliseconds; what does not touch it gives no label. */
  readonly from: number;
  readonly to: number;
  /** What is wrong begins before the alarm that tells it: a real window begins so much earlier. */
  readonly leadMs?: number;
  /** In force where none were ever applied. */
  readonly fallbackRules?: AlertingDocument;
}

export interface PeopleLabels {
  /** In order of source and time. */
  readonly labels: readonly Label[];
  /** Alerts by what people said of them, and spans of time that they muted. */
  readonly counts: {
    readonly real: number;
    readonly falseAlarms: number;
    /** Of which two people said different things: excluded. */
    readonly disputed: number;
    readonly muted: number;
  };
  /** Sentences about what gives no label, for people. */
  readonly notCovered: readonly string[];
}

const LEAD_MS = 15 * 60_000;

/**
 * What people said of alerts, and what they muted, as labels. An alert that somebody called real or a false alarm is a window from its
 * first event to its end. The last verdict of a person counts; where two people's differ, the window is excluded, since nothing
 * can be learnt from it. Silences and maintenance windows that name sources (and metrics) alone are exclusions. O(verdicts + silences +
 * minutes of the span × maintenance windows).
 */
export async function labelsFromPeople(store: AlertStore, options: PeopleLabelsOptions): Promise<PeopleLabels> {
  const { from, to, leadMs = LEAD_MS, fallbackRules } = options;
  const [judged, muted] = await Promise.all([
    judgedAlerts(store, leadMs),
    mutedSpans(store, { from, to, fallbackRules }),
  ]);
  const isTouched = (label: Label) => label.to >= from && label.from <= to;
  const heard = judged.labels.filter(isTouched);
  const spans = muted.labels.filter(isTouched);
  const count = (verdict: Label['verdict']) => heard.filter((label) => label.verdict === verdict).length;
  return {
    labels: [...heard, ...spans].sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.from - b.from)),
    counts: {
      real: count('real'),
      falseAlarms: count('false-alarm'),
      disputed: count('exclude'),
      muted: spans.length,
    },
    notCovered: [...judged.notCovered, ...muted.notCovered],
  };
}
