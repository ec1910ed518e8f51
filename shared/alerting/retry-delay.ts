/** The first pause, and the longest: attempts go on for hours, fewer and fewer. */
const PAUSE_MS = { first: 30_000, most: 60 * 60_000 } as const;
/** A queue hides a message no longer than 12 hours. */
const ASKED_MS_MAX = 11 * 3_600_000;
const SPREAD_MS = 1_000;

/**
 * How long to wait before the next attempt: what the provider asked for, up to 11 hours; else twice as long after each attempt, up
 * to an hour. A random part spreads what failed together.
 *
 * @param attempt that failed, from 1
 * @param random between 0 and 1
 */
export function retryDelayMs(attempt: number, askedMs: number | undefined, random: number): number {
  if (askedMs !== undefined) return Math.round(Math.min(askedMs, ASKED_MS_MAX) + random * SPREAD_MS);
  const bound = Math.min(PAUSE_MS.first * 2 ** Math.min(attempt - 1, 20), PAUSE_MS.most);
  return Math.round(bound / 2 + (random * bound) / 2);
}

/** A `Retry-After` header: seconds, or a date of HTTP. Undefined for anything else. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return 1_000 * Number(text);
  const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
