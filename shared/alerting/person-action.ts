import type { TellingKey } from './ports';

/** What people do to alerts by pressing something, whatever the channel. */
export type PersonAction =
  | { readonly what: 'acknowledge' }
  | { readonly what: 'snooze'; readonly forMs: number }
  | { readonly what: 'verdict'; readonly verdict: 'real' | 'false-alarm' };

/** What is acted on: a verdict is on the alerts that were shown, everything else on all that the notification told of. */
export interface ActionTarget {
  /** Ids of alerts. */
  readonly shown: readonly string[];
  /** Absent: those that are shown are all. */
  readonly telling?: TellingKey;
}

const HOUR_MS = 3_600_000;

/** Names stand in messages that are out, and never change their meaning; words are what buttons say. */
export const PERSON_ACTIONS = [
  { name: 'acknowledge', words: 'Acknowledge', action: { what: 'acknowledge' } },
  { name: 'snooze-1h', words: 'Snooze 1 h', action: { what: 'snooze', forMs: HOUR_MS } },
  { name: 'snooze-8h', words: 'Snooze 8 h', action: { what: 'snooze', forMs: 8 * HOUR_MS } },
  { name: 'real', words: 'Real', action: { what: 'verdict', verdict: 'real' } },
  { name: 'false-alarm', words: 'False alarm', action: { what: 'verdict', verdict: 'false-alarm' } },
] as const satisfies readonly { readonly name: string; readonly words: string; readonly action: PersonAction }[];

/** What a name means; undefined if it is none of ours. */
export function personAction(name: string): PersonAction | undefined {
  return PERSON_ACTIONS.find((known) => known.name === name)?.action;
}
