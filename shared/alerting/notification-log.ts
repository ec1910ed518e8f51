import type { Notification } from '../domain/notification';
import type { Claim, NotificationLog, ProviderAnswer } from './ports';
import { type Attempt, bodyOf, disabledKey, headKey, KEPT_MS, type SentEntry, type SentHead, sentKey } from './records';
import { compareAndSet } from './router/compare-and-set';
import type { AlertStore, Doc, Put } from './store-port';

/** What a receiver is given up for, for a while or until its entry in the rules is another one. */
interface Disabled {
  readonly receiver: Notification['receiver'];
  readonly at: number;
  readonly because: string;
}

/**
 * So long nothing is tried at a receiver that is gone. An address within a secret can be put right without any change in the
 * rules, so it is tried again.
 */
const DISABLED_MS = 3_600_000;
/** Attempts kept of a notification. */
const ATTEMPTS_MAX = 50;
const WORDS_MAX = 500;

/**
 * The notification log over a store.
 *
 * @param now epoch milliseconds
 * @param newToken a text that no other claim has
 */
export function openNotificationLog(store: AlertStore, now: () => number, newToken: () => string): NotificationLog {
  return {
    async claim(notification, leaseMs) {
      const { groupKey, receiver, transition } = notification;
      const [claim] = await compareAndSet<Claim>(
        store,
        [sentKey(groupKey, receiver.name, transition)],
        ([doc, headDoc, disabledDoc]) => {
          const entry = entryOf(doc, notification);
          const refusal = refusalOf(entry, bodyOf<SentHead>(headDoc), bodyOf<Disabled>(disabledDoc), now());
          if (refusal !== undefined) return refused(doc, entry, refusal, now());
          const attempt: Attempt = {
            token: newToken(),
            claimedAt: now(),
            leaseUntil: now() + leaseMs,
            mayRepeat: entry.attempts.some(
              ({ outcome, answer }) => outcome === undefined || answer?.mayHaveArrived === true,
            ),
          };
          const claimed: SentEntry = {
            ...entry,
            state: 'claimed',
            attempts: [...entry.attempts, attempt].slice(-ATTEMPTS_MAX),
          };
          const head = bodyOf<SentHead>(headDoc) ?? NOTHING_SENT;
          const lease = { token: attempt.token, until: attempt.leaseUntil };
          const { transition: last, reference } = head;
          const previous = { transition: last, ...(reference === undefined ? {} : { reference }) };
          return {
            puts: [putEntry(claimed, doc, now()), putHead(notification, { ...head, lease }, headDoc, now())],
            result: {
              outcome: 'claimed',
              token: attempt.token,
              attempt: claimed.attempts.length,
              mayRepeat: attempt.mayRepeat,
              ...(last === NOTHING_SENT.transition ? {} : { previous }),
            },
          };
        },
        () => [headKey(groupKey, receiver.name), disabledKey(receiver.name)],
      );
      return claim!;
    },

    async sent(notification, token, answer) {
      const { groupKey, receiver, transition } = notification;
      await compareAndSet(
        store,
        [sentKey(groupKey, receiver.name, transition)],
        ([doc, headDoc]) => {
          const entry = ended(entryOf(doc, notification), token, 'sent', answer, now());
          const before = bodyOf<SentHead>(headDoc) ?? NOTHING_SENT;
          const released = withoutLease(before, token);
          const reference = answer.reference ?? released.reference;
          const head: SentHead =
            before.transition > transition
              ? released
              : { ...released, transition, ...(reference === undefined ? {} : { reference }) };
          const puts = [putEntry({ ...entry, state: 'sent' }, doc, now()), putHead(notification, head, headDoc, now())];
          return { puts, result: undefined };
        },
        () => [headKey(groupKey, receiver.name)],
      );
    },

    async failed(notification, token, failure) {
      const { groupKey, receiver, transition } = notification;
      const { isFinal, disablesReceiver = false, ...answer } = failure;
      await compareAndSet(
        store,
        [sentKey(groupKey, receiver.name, transition)],
        ([doc, headDoc, disabledDoc]) => {
          const entry = ended(entryOf(doc, notification), token, 'failed', answer, now());
          // Sent by another meanwhile: that stands.
          const state = entry.state === 'sent' ? 'sent' : isFinal || disablesReceiver ? 'failed' : 'decided';
          const head = withoutLease(bodyOf<SentHead>(headDoc) ?? NOTHING_SENT, token);
          const puts = [putEntry({ ...entry, state }, doc, now()), putHead(notification, head, headDoc, now())];
          if (disablesReceiver) {
            const body: Disabled = { receiver, at: now(), because: cut(answer).words };
            puts.push({ ...disabledKey(receiver.name), expected: disabledDoc?.revision, body });
          }
          return { puts, result: undefined };
        },
        () => [headKey(groupKey, receiver.name), disabledKey(receiver.name)],
      );
    },
  };
}

/** A notification that the log has not seen is entered: who decided it may have another store, as a test of a receiver has. */
function entryOf(doc: Doc | undefined, notification: Notification): SentEntry {
  return (
    bodyOf<SentEntry>(doc) ?? {
      notification,
      state: 'decided',
      alertIds: notification.alerts.map(({ id }) => id),
      attempts: [],
    }
  );
}

type Refusal = Exclude<Claim, { outcome: 'claimed' }>;

function refusalOf(
  { state, attempts, notification }: SentEntry,
  head: SentHead | undefined,
  disabled: Disabled | undefined,
  now: number,
): Refusal | undefined {
  if (state === 'sent') return { outcome: 'sent' };
  if (state === 'failed')
    return { outcome: 'given-up', because: attempts.at(-1)?.answer?.words ?? 'it failed for good' };
  if (head !== undefined && head.transition > notification.transition)
    return { outcome: 'superseded', by: head.transition };
  if (disabled !== undefined && isDisabled(disabled, notification.receiver, now))
    return {
      outcome: 'given-up',
      because: `the receiver is disabled since ${new Date(disabled.at).toISOString()}: ${disabled.because}`,
    };
  // Whichever notification is being sent: an older one that is still under way would arrive after this one.
  return head?.lease !== undefined && head.lease.until > now ? { outcome: 'held', until: head.lease.until } : undefined;
}

/** Why a message was dropped is written down once. */
function refused(doc: Doc | undefined, entry: SentEntry, refusal: Refusal, now: number) {
  const state = refusal.outcome === 'held' || refusal.outcome === 'sent' ? entry.state : refusal.outcome;
  const isKnown = doc !== undefined && (entry.state === state || entry.state === 'failed');
  return {
    puts: isKnown || refusal.outcome === 'held' ? [] : [putEntry({ ...entry, state }, doc, now)],
    result: refusal,
  };
}

function ended(
  entry: SentEntry,
  token: string,
  outcome: 'sent' | 'failed',
  answer: ProviderAnswer,
  now: number,
): SentEntry {
  const attempts = entry.attempts.map((attempt) =>
    attempt.token === token ? { ...attempt, endedAt: now, outcome, answer: cut(answer) } : attempt,
  );
  return { ...entry, attempts };
}

function putEntry(entry: SentEntry, doc: Doc | undefined, now: number): Put {
  const { groupKey, receiver, transition } = entry.notification;
  return {
    ...sentKey(groupKey, receiver.name, transition),
    expected: doc?.revision,
    body: entry,
    expiresAt: now + KEPT_MS.sent,
  };
}

const NOTHING_SENT: SentHead = { transition: 0 };

/** One whose lease ended may come late: another's claim stands. */
function withoutLease(head: SentHead, token: string): SentHead {
  const { lease, ...rest } = head;
  return lease?.token === token ? rest : head;
}

function putHead({ groupKey, receiver }: Notification, body: SentHead, doc: Doc | undefined, now: number): Put {
  return {
    ...headKey(groupKey, receiver.name),
    expected: doc?.revision,
    body,
    expiresAt: now + KEPT_MS.sent,
  };
}

function cut({ words, ...rest }: ProviderAnswer): ProviderAnswer {
  return { ...rest, words: words.slice(0, WORDS_MAX) };
}

function isDisabled(disabled: Disabled, receiver: Notification['receiver'], now: number): boolean {
  return now < disabled.at + DISABLED_MS && JSON.stringify(disabled.receiver) === JSON.stringify(receiver);
}
