import type { GuardedCall } from '../../shared/adapters/https/guarded-call';
import type { Pace } from '../../shared/adapters/notify/pace';
import type { SlackApi } from '../../shared/adapters/slack/slack-api';
import type { Charts, Secrets } from '../../shared/alerting/channel-ports';

/** What notify-slack sends with. */
export interface SlackClient {
  readonly call: GuardedCall;
  readonly api: SlackApi;
  readonly secrets: Secrets;
  readonly charts: Charts;
  /** One message a second to each conversation. */
  readonly pace: Pace;
  readonly pause: (ms: number) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Does somebody listen to the buttons? */
  readonly buttons: boolean;
}

/** What is left of a time. */
export function countdown(withinMs: number, now: () => number): () => number {
  const end = now() + withinMs;
  return () => end - now();
}
