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
  /** Turns at a time; they are of different groups. */
  readonly atOnce?: number;
  /** Asked before each turn: is there time for it? What is left is due at the next tick. */
  readonly hasTime?: () => boolean;
  /** Is what has expired removed? A back-test looks at all of it when it is done. */
  readonly removes?: boolean;
  readonly onProblem: (what: string, error: unknown) => void;
}

const PARTITION = 'group#';
const REMOVED_MAX = 500;

/**
 * Turns that are due: repeats, and what a lost message or a router that died has left. One group's failure is its own.
 */
export async function tick(services: RouterServices, options: TickOptions): Promise<TickCounts> {
  const { turnsMax, atOnce = 1, hasTime = () => true, removes = true, onProblem } = options;
  const { store, now } = services;
  const due = await store.indexed(INDEX.due, { until: now(), limit: turnsMax });
  const left = [...due];
  let turns = 0;
  let told = 0;
  let failed = 0;
  if (due.length > 0) {
    const muting = await readMuting(services, await services.alerting());
    const takeTurns = async () => {
      while (left.length > 0 && hasTime()) {
        const { partition } = left.shift()!;
        turns += 1;
        try {
          const count = await takeGroupTurn(services, partition.slice(PARTITION.length), muting);
          told += count;
        } catch (error) {
          failed += 1;
          onProblem('turn of a group', error);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, takeTurns));
  }
  const removed = removes && hasTime() ? await store.removeExpired(now(), REMOVED_MAX) : 0;
  return { turns, told, failed, removed };
}
