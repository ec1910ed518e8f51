import type { Notification } from '../domain/notification';
import { TransientFault } from '../domain/transient-fault';
import { ChartNotShown, SecretMissing, SecretUnusable } from './channel-ports';
import type { Claimed, NotificationLog, ProviderAnswer } from './ports';
import { retryDelayMs } from './retry-delay';

/** What a channel made of one attempt to tell. */
export type Sending =
  /** Told. `afterwards`: what may follow once that is in the log, as a picture; its failure changes nothing. */
  | { readonly outcome: 'sent'; readonly answer: ProviderAnswer; readonly afterwards?: () => Promise<void> }
  /** Never to be told: wrong address, refused content. `disablesReceiver`: the address is gone. */
  | { readonly outcome: 'refused'; readonly answer: ProviderAnswer; readonly disablesReceiver?: boolean }
  /** Nothing to be told by this channel; `words` say why. */
  | { readonly outcome: 'left-out'; readonly words: string }
  /** Not told now. `afterMs`: what the provider asked for. */
  | { readonly outcome: 'later'; readonly answer: ProviderAnswer; readonly afterMs?: number };

/** A channel: tells one notification. What it throws counts as `later`. */
export type Send = (notification: Notification, claimed: Claimed, withinMs: number) => Promise<Sending>;

export interface DeliverServices {
  readonly log: NotificationLog;
  readonly send: Send;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** For one attempt. */
  readonly sendTimeoutMs: number;
  readonly observe: DeliverObserver;
}

/** Told what happens; never decides anything. */
export interface DeliverObserver {
  delivered(notification: Notification, what: Delivered['outcome'] | 'refused'): void;
  /** Something went wrong that was survived. Messages hold no data and no secrets. */
  problem(what: string, error: unknown): void;
}

export type Delivered =
  | { readonly outcome: 'sent' | 'dropped' | 'refused' }
  | { readonly outcome: 'later'; readonly afterMs: number };

/** A claim lasts so much longer than an attempt may take: also the answer must be written down within it. */
const LEASE_MARGIN_MS = 15_000;
/** What may follow a telling is left out when less time is left: the invocation would end in its midst. */
const AFTERWARDS_MS = 12_000;
/** Below this no attempt is begun. */
const TIME_MIN_MS = 1_000;

/**
 * The claim protocol: claim → send → mark sent. A notification that was sent, superseded or given up is dropped. What is told is
 * told at least once: a sender that dies leaves a claim whose lease ends, and the log says of the next attempt that it may
 * be the second. What the provider answered is in the log, whatever it was.
 *
 * Rejects only when the log does not answer; the queue then delivers the message again.
 */
export async function deliver(
  notification: Notification,
  services: DeliverServices,
  timeLeftMs: () => number,
): Promise<Delivered> {
  const delivered = await claimAndSend(notification, services, timeLeftMs);
  services.observe.delivered(notification, delivered.outcome);
  return delivered;
}

async function claimAndSend(
  notification: Notification,
  services: DeliverServices,
  timeLeftMs: () => number,
): Promise<Delivered> {
  const { log, now, sendTimeoutMs } = services;
  const withinMs = Math.min(sendTimeoutMs, timeLeftMs() - LEASE_MARGIN_MS / 5);
  if (withinMs < TIME_MIN_MS) return { outcome: 'later', afterMs: 0 };
  const claim = await log.claim(notification, sendTimeoutMs + LEASE_MARGIN_MS);
  if (claim.outcome === 'held') return { outcome: 'later', afterMs: Math.max(0, claim.until - now()) };
  if (claim.outcome !== 'claimed') return { outcome: 'dropped' };
  const sending = await attempt(notification, claim, services, withinMs);
  switch (sending.outcome) {
    case 'sent':
      await log.sent(notification, claim.token, sending.answer);
      if (timeLeftMs() >= AFTERWARDS_MS) await follow(sending.afterwards, services.observe);
      return { outcome: 'sent' };
    case 'refused': {
      const { answer, disablesReceiver = false } = sending;
      await log.failed(notification, claim.token, { ...answer, isFinal: true, disablesReceiver });
      return { outcome: 'refused' };
    }
    case 'left-out': {
      const { words } = sending;
      await log.failed(notification, claim.token, { words, isLeftOut: true, isFinal: true });
      return { outcome: 'dropped' };
    }
    case 'later':
      await log.failed(notification, claim.token, { ...sending.answer, isFinal: false });
      return { outcome: 'later', afterMs: retryDelayMs(claim.attempt, sending.afterMs, services.random()) };
  }
}

async function follow(afterwards: (() => Promise<void>) | undefined, observe: DeliverObserver): Promise<void> {
  try {
    await afterwards?.();
  } catch (error) {
    observe.problem('after sending', new Error(wordsOf(error)));
  }
}

async function attempt(
  notification: Notification,
  claim: Claimed,
  { send, observe }: DeliverServices,
  withinMs: number,
): Promise<Sending> {
  try {
    return await send(notification, claim, withinMs);
  } catch (error) {
    const words = wordsOf(error);
    observe.problem('send', new Error(words));
    return { outcome: 'later', answer: { words, ...(isForeseen(error) ? {} : { mayHaveArrived: true }) } };
  }
}

/** Known to happen before anything is sent, or to be told apart by the channel. */
const FORESEEN = [TransientFault, SecretMissing, SecretUnusable, ChartNotShown];

function isForeseen(error: unknown): error is Error {
  return FORESEEN.some((fault) => error instanceof fault);
}

/** Messages of faults that nobody foresaw may hold anything: only their names are written down. */
function wordsOf(error: unknown): string {
  if (isForeseen(error)) return error.message;
  return `unforeseen: ${error instanceof Error ? error.name : typeof error}`;
}
