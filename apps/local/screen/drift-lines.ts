import type { Paint } from './paint';

/** Features that are named; the log of a deployment has all. */
const NAMED_MAX = 3;

/** @param words what has moved, the largest first */
export function driftLines(words: readonly string[], paint: Paint): string[] {
  const rest = words.length - NAMED_MAX;
  return [
    paint('warning', 'drift: live data no longer look as they did to training; tidewatch train learns them anew'),
    ...words.slice(0, NAMED_MAX).map((line) => paint('dim', `  ${line}`)),
    ...(rest > 0 ? [paint('dim', `  and ${rest} more`)] : []),
  ];
}
