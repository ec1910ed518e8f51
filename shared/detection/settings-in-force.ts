import type { Settings } from '../domain/settings';

export interface InForceOptions {
  /** Reads the settings as they are now. */
  readonly look: () => Promise<Settings>;
  /** How long what was read is used before it is looked for again. */
  readonly freshMs: number;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Told of a look that failed while older settings are used on. */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Settings to be asked for at each call, as they were a moment ago; one look for all who ask at once. When a later look fails, the
 * last good ones hold on. Rejects only when nothing was ever read, as the look did.
 */
export function settingsInForce({ look, freshMs, clock, onProblem }: InForceOptions): () => Promise<Settings> {
  let known: Settings | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let looking: Promise<Settings> | undefined;
  const lookAgain = async () => {
    try {
      known = await look();
    } catch (error) {
      if (known === undefined) throw error;
      onProblem(error);
    }
    freshUntil = clock() + freshMs;
    return known;
  };
  return async () => {
    if (known !== undefined && clock() < freshUntil) return known;
    looking ??= lookAgain().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}
