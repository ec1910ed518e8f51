/** What kind of decision it was; of use to programs, the words are for people. */
export const DECISIONS = [
  'rule-matched',
  'no-rule',
  'too-old',
  'event',
  'severity-rose',
  'corrected',
  'routed',
  'resolved',
  'acknowledged',
  'snoozed',
  'verdict',
  'flapping',
  'group-full',
  'waiting',
  'muted',
  'deduplicated',
  'not-told',
  'decided',
] as const;
export type DecisionCode = (typeof DECISIONS)[number];

/** One decision and why. Durable: it is written together with what it led to. */
export interface TraceEntry {
  /** Epoch milliseconds of the clock, not of the data. */
  readonly at: number;
  readonly code: DecisionCode;
  readonly words: string;
}

/** Kept of one alert; the first ones say why it is an alert, so the middle is what is left out. */
const ENTRIES_MAX = 60;
const FIRST_KEPT = 10;

export function withEntries(trace: readonly TraceEntry[], entries: readonly TraceEntry[]): readonly TraceEntry[] {
  if (entries.length === 0) return trace;
  const all = [...trace, ...entries];
  if (all.length <= ENTRIES_MAX) return all;
  return [...all.slice(0, FIRST_KEPT), ...all.slice(all.length - (ENTRIES_MAX - FIRST_KEPT))];
}
