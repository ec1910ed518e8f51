/** Epoch milliseconds that the store can keep, 1677 to 2262: its time is a signed 64-bit number of nanoseconds. */
export const TIMESTAMP_MS = { min: -9_223_372_036_854, max: 9_223_372_036_853 } as const;

/** Nanoseconds that a millisecond has for telling apart what has the same series and timestamp. */
export const OFFSETS = 1_000_000;

/**
 * Nanoseconds of a timestamp in milliseconds plus an offset below {@link OFFSETS}, exact to the last digit.
 * @throws {RangeError} if the store has no such time
 */
export function nanoseconds(timestampMs: number, offset: number): string {
  if (!Number.isInteger(timestampMs) || timestampMs < TIMESTAMP_MS.min || timestampMs > TIMESTAMP_MS.max) {
    throw new RangeError(`timestamp ${timestampMs}: the store keeps whole milliseconds of the years 1677 to 2262`);
  }
  if (timestampMs > 0) return `${timestampMs}${String(offset).padStart(6, '0')}`;
  return String(BigInt(timestampMs) * 1_000_000n + BigInt(offset));
}

/** Epoch milliseconds of the store's own text, as `2026-11-22T13:00:00.000000001Z`; the offset is left out. */
export function milliseconds(text: string): number {
  return Date.parse(text);
}
