import { INDEX } from '../records';
import type { RouterServices } from './services';
import { readMuting, takeGroupTurn } from './take-turn';

export interface TickCounts {
  readonly turns: number;
  readonly told: number;
  /** Groups whose turn failed; the next tick tries again. */
  readonly failed: number;
  readonly removed: number;
}

export interface TickOptions {
  /** Turns in one run at most. */
  readonly turnsMax: number;
  readonly onProblem: (what: string, error: unknown) => void;
}

const PARTITION = 'group#';
const REMOVED_MAX = 500;

/**
 * Turns that are due: repeats, and what a lost message or a router that died has left. One group's failure is its own.
 */
export async function tick(services: RouterServices, { turnsMax, onProblem }: TickOptions): Promise<TickCounts> {
  const { store, now } = services;
  const due = await store.indexed(INDEX.due, { until: now(), limit: turnsMax });
  let told = 0;
  let failed = 0;
  if (due.length > 0) {
    const muting = await readMuting(services, await services.alerting());
    for (const { partition } of due) {
      try {
        told += await takeGroupTurn(services, partition.slice(PARTITION.length), muting);
      } catch (error) {
        failed += 1;
        onProblem('turn of a group', error);
      }
    }
  }
  return { turns: due.length, told, failed, removed: await store.removeExpired(now(), REMOVED_MAX) };
}
