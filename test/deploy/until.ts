import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Asks until there is an answer.
 *
 * @param what is waited for, for people
 * @param ask undefined: not yet
 * @param seen what is there instead, for the error
 */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined>,
  seen?: () => unknown,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      const instead = seen === undefined ? '' : `; seen: ${JSON.stringify(await seen())}`;
      throw new Error(`not within ${limitMs / 1000} s: ${what}${instead}`);
    }
    await pause(PAUSE_MS);
  }
}
