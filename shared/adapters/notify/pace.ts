/** Turns in time. */
export interface Pace {
  /**
   * Waits for this key's turn and takes it; false, at once and without taking it, if it would come after `withinMs`.
   */
  turn(key: string, withinMs: number): Promise<boolean>;
}

export interface PaceOptions {
  /** Between two turns of one key. */
  readonly everyMs: number;
  /** Milliseconds of any steady clock. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Keys remembered; the one that waited longest gives way, since its next turn has come long ago. */
const KEYS_MAX = 1_000;

/** One turn of a key every so often. It knows of this process alone. */
export function openPace({ everyMs, now, pause }: PaceOptions): Pace {
  const nextAt = new Map<string, number>();
  return {
    async turn(key, withinMs) {
      const at = Math.max(now(), nextAt.get(key) ?? 0);
      const waitMs = at - now();
      if (waitMs > withinMs) return false;
      nextAt.delete(key);
      nextAt.set(key, at + everyMs);
      if (nextAt.size > KEYS_MAX) nextAt.delete(nextAt.keys().next().value!);
      if (waitMs > 0) await pause(waitMs);
      return true;
    },
  };
}
