export interface FollowOptions<T> {
  /** Looks at the document now. */
  readonly look: () => Promise<T>;
  /** How long what was seen is used before it is looked for again. */
  readonly freshMs: number;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Told of a look that failed while something older is used on. */
  readonly onProblem: (error: unknown) => void;
  /** What holds as long as no look succeeded; absent: nothing does, and the caller is told why. */
  readonly unseen?: { readonly value: T };
}

/**
 * A document that others replace, as it was at most `freshMs` ago; one look serves all who ask meanwhile. When a look fails,
 * what was seen before holds on until the next one is due.
 *
 * Rejects with the look's error only where nothing was ever seen and nothing is to hold meanwhile.
 */
export function followDocument<T>({ look, freshMs, clock, onProblem, unseen }: FollowOptions<T>): () => Promise<T> {
  let known = unseen;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let looking: Promise<T> | undefined;
  const lookAgain = async (): Promise<T> => {
    try {
      known = { value: await look() };
    } catch (error) {
      if (known === undefined) throw error;
      onProblem(error);
    }
    freshUntil = clock() + freshMs;
    return known.value;
  };
  return async () => {
    if (known !== undefined && clock() < freshUntil) return known.value;
    looking ??= lookAgain().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}
