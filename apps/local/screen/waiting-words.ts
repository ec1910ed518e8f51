import { wholeNumber } from './numbers';

/** A run was stopped with records in its log. */
export function waitingWords(records: number): string {
  return `stopped: ${wholeNumber(records)} records wait in the log; the next start on this folder goes on with them`;
}
