import type { Sending } from '../../alerting/deliver';
import type { ProviderAnswer } from '../../alerting/ports';
import { CallFailed, CallRefused } from '../https/call-faults';

/** What a call that had no answer means for the notification. Anything else is thrown again. */
export function sendingOfFault(error: unknown): Sending {
  if (error instanceof CallRefused) return { outcome: 'refused', answer: { words: error.message } };
  if (!(error instanceof CallFailed)) throw error;
  const { message: words, isUnsent } = error;
  return { outcome: 'later', answer: isUnsent ? { words } : { words, mayHaveArrived: true } };
}

/** A server that failed by its own fault, or one before it that waited for it in vain, may have taken the message. */
export function arrivalOf(status: number): Pick<ProviderAnswer, 'mayHaveArrived'> {
  return status >= 500 && status !== 503 ? { mayHaveArrived: true } : {};
}
