import { TransientFault } from '../detection/ports';

export interface RetryOptions {
  /** Which part calls, as "store". */
  readonly part: string;
  /** For all attempts together. */
  readonly timeoutMs: number;
  /** For one attempt. */
  readonly attemptTimeoutMs: number;
  /** Upper bound of the first pause; it doubles with each further one. */
  readonly pauseMs?: number;
}

/** An attempt that failed and may succeed later. `retryAfterMs`: what the server asked for. */
export class Again extends Error {
  override readonly name = 'Again';
  constructor(
    message: string,
    readonly retryAfterMs = 0,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const PAUSE_MS = { first: 50, most: 5_000 } as const;

/**
 * Tries until the work succeeds, fails with something other than {@link Again}, or the time is used up. Pauses are random
 * between nothing and a doubling bound, so that callers that failed together do not come back together.
 *
 * @throws {TransientFault} with the last reason, as soon as another attempt would come too late
 * @see Brooker, "Exponential backoff and jitter", AWS Architecture Blog 2015 (full jitter)
 */
export async function withRetries<Result>(
  { part, timeoutMs, attemptTimeoutMs, pauseMs = PAUSE_MS.first }: RetryOptions,
  attempt: (timeoutMs: number) => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (let attempts = 1; ; attempts++) {
    const left = deadline - performance.now();
    try {
      return await attempt(Math.max(1, Math.floor(Math.min(attemptTimeoutMs, left))));
    } catch (error) {
      if (!(error instanceof Again)) throw error;
      const bound = Math.min(pauseMs * 2 ** (attempts - 1), PAUSE_MS.most);
      const pause = error.retryAfterMs + Math.random() * bound;
      if (performance.now() + pause >= deadline) {
        const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
        throw new TransientFault(part, `${error.message} (${tries})`, { cause: error.cause });
      }
      await new Promise((over) => setTimeout(over, pause));
    }
  }
}
