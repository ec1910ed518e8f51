import type { AlertView, Notification } from '../domain/notification';

/**
 * What alerting asks of the world, and what it offers to channels and to the functions that people call. A method that cannot
 * do its work for now rejects with a TransientFault; anything else it throws is a defect.
 */

/** The topic "notifications", with the attribute `channel`. At least once; the log tells repetitions. */
export interface NotificationTopic {
  publish(notifications: readonly Notification[]): Promise<void>;
}

/** What a provider answered. Held for people and for later messages: never with a secret in it. */
export interface ProviderAnswer {
  /** In the provider's words, cut to 500 characters, as "ok" or "channel_not_found". */
  readonly words: string;
  readonly status?: number;
  /** Of a failure after which the message may be out all the same: a time-out, a connection that broke, a server's own fault. */
  readonly mayHaveArrived?: true;
  /** Nothing was sent, on purpose: the channel has nothing to show for it, as `words` say. */
  readonly isLeftOut?: true;
  /** What later messages of the group need: Slack's `ts`, a mail's thread. Comes back as {@link Claimed.previous}. */
  readonly reference?: string;
}

export interface Claimed {
  readonly outcome: 'claimed';
  /** Hand it to {@link NotificationLog.sent} or {@link NotificationLog.failed}. */
  readonly token: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** An earlier try never said how it ended, or may have arrived: the message may be told twice. Already in the log. */
  readonly mayRepeat: boolean;
  /** What was last sent to this receiver of this group, for messages that are edited or threads that are gone on with. */
  readonly previous?: { readonly transition: number; readonly reference?: string };
}

export type Claim =
  | Claimed
  /** Sent before: drop the message. */
  | { readonly outcome: 'sent' }
  /** A later transition was sent: drop the message. */
  | { readonly outcome: 'superseded'; readonly by: number }
  /** It failed for good, or its receiver is disabled: drop the message. */
  | { readonly outcome: 'given-up'; readonly because: string }
  /** Another sender has it: leave it in the queue and look again after `until`, epoch milliseconds. */
  | { readonly outcome: 'held'; readonly until: number };

/**
 * What was sent to whom. Protocol of a channel's function: claim → send → sent | failed. Without an answer to a claim the lease
 * ends, and the next claim may send again and says so: at least once always, twice only where the log says so.
 */
export interface NotificationLog {
  /** @param leaseMs for how long nobody else may send it; longer than sending takes, shorter than the queue's visibility */
  claim(notification: Notification, leaseMs: number): Promise<Claim>;
  sent(notification: Notification, token: string, answer: ProviderAnswer): Promise<void>;
  /**
   * @param failure `isFinal`: no further try will help (wrong address, refused content), and none is made; else the claim is
   *   given back. `disablesReceiver`: the address is gone (HTTP 410), later notifications to it are given up too
   *   for an hour, or until its entry in the rules is another one.
   */
  failed(
    notification: Notification,
    token: string,
    failure: ProviderAnswer & { readonly isFinal: boolean; readonly disablesReceiver?: boolean },
  ): Promise<void>;
}

/** Who acts, by what way, as ("U024BE7LH", "slack"). The name stands in the log and in notifications. */
export interface Actor {
  readonly by: string;
  readonly via: 'slack' | 'email' | 'api' | 'cli';
}

export type Verdict = 'real' | 'false-alarm';

/** Which notification: its dedup key, in parts. */
export type TellingKey = Pick<Notification, 'groupKey' | 'transition'> & { readonly receiver: string };

/** What people do to alerts; the api function calls it. Doing the same again changes nothing and is no error. */
export interface AlertActions {
  /** No repeats, no escalation any more; a rise of severity is told all the same. Resolved alerts stay resolved. */
  acknowledge(alertId: string, actor: Actor): Promise<ActionResult>;
  /** Several at once, in one turn of their groups; results in their order. */
  acknowledgeAll(alertIds: readonly string[], actor: Actor): Promise<readonly ActionResult[]>;
  /** Ends an alert whose episode's own end was lost; further events of the episode change nothing. */
  resolve(alertId: string, actor: Actor): Promise<ActionResult>;
  /** A silence on this alert alone; the same person's next one makes it longer. @param until epoch milliseconds */
  snooze(alertId: string, until: number, actor: Actor): Promise<ActionResult>;
  /** The last verdict of a person holds; all are kept. */
  verdict(alertId: string, verdict: Verdict, actor: Actor, note?: string): Promise<ActionResult>;
  /** Ids of all alerts that a notification told of, shown in it or not; undefined if it is not known any more. */
  alertsTold(telling: TellingKey): Promise<readonly string[] | undefined>;
  /** For a page or a message about it. */
  view(alertId: string): Promise<AlertView | undefined>;
}

export type ActionResult =
  | {
      readonly outcome: 'done' | 'no-change';
      readonly alert: AlertView /** What happened, for people. */;
      readonly words: string;
    }
  | { readonly outcome: 'unknown-alert' };
