import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** How long after Ctrl-C a run still waits for what it began. */
const GRACE_MS = 3_000;

/**
 * Waits for work, but after a stop only for so long: a cache or store that does not answer must not keep a run from ending.
 * Work that is given up goes on unheard; what it was to do stands in the log and is done by the next start.
 *
 * @returns whether the work was done
 * @throws what the work throws, unless it was given up
 */
export async function unlessStopped(
  work: Promise<unknown>,
  stopping: AbortSignal,
  graceMs = GRACE_MS,
): Promise<boolean> {
  const over = new AbortController();
  const done = work.then(() => true);
  const patience = stopped(stopping, graceMs, over.signal);
  for (const promise of [done, patience]) promise.catch(() => undefined);
  try {
    return await Promise.race([done, patience]);
  } finally {
    over.abort();
  }
}

async function stopped(stopping: AbortSignal, graceMs: number, over: AbortSignal): Promise<false> {
  if (!stopping.aborted) await once(stopping, 'abort', { signal: over });
  await pause(graceMs, undefined, { signal: over });
  return false;
}
