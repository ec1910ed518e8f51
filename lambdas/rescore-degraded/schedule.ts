import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import type { RescoreVariables } from './rescore-variables';
import type { RescoreCounts, RescoreLimits } from './services';

/** What the schedule calls; its event says nothing. */
export type RescoreHandler = (
  event?: unknown,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<RescoreCounts>;

const HOUR_MS = 3_600_000;
/**
 * For reading a page, scoring it, and storing and publishing what comes of it: each call of store and topic takes up to ten
 * seconds, and most pages a small part of that. A page that is cut off is read again by the next run.
 */
const RESERVE_MS = 60_000;

type Variables = z.output<z.ZodObject<typeof RescoreVariables>>;

export function limitsOf({ RESCORE_ROWS_MAX, RESCORE_PAGE_ROWS }: Variables): RescoreLimits {
  return { rowsMax: RESCORE_ROWS_MAX, pageRows: RESCORE_PAGE_ROWS, reserveMs: RESERVE_MS };
}

/** Epoch milliseconds from which rows are scored again; undefined: from the first. */
export function oldestOf(
  { RESCORE_HOURS }: { readonly RESCORE_HOURS?: number | undefined },
  now: number,
): number | undefined {
  return RESCORE_HOURS === undefined ? undefined : now - RESCORE_HOURS * HOUR_MS;
}
