import type { Sending } from '../../alerting/deliver';
import { CallFailed, CallRefused } from '../https/call-faults';

/** What a call that had no answer means for the notification. Anything else is thrown again. */
export function sendingOfFault(error: unknown): Sending {
  if (error instanceof CallRefused) return { outcome: 'refused', answer: { words: error.message } };
  if (!(error instanceof CallFailed)) throw error;
  const words = error.isUnsent ? error.message : `${error.message}; it may have arrived`;
  return { outcome: 'later', answer: { words } };
}
