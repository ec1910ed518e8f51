import type { StreamTail } from '../../../shared/detection/silence/ports';
import type { PartitionedLog } from '../stream/log/partitioned-log';
import type { EventSourceMapping } from '../stream/mapping/event-source-mapping';

/** What lies behind the last record taken, of the local log; of shards of another one only what was told of them is known. */
export function tailOf(log: PartitionedLog, mapping: EventSourceMapping): StreamTail {
  return {
    lookBehind: async (progress, now) =>
      progress.map(({ stream, shard, arrival }) => ({
        takenUntil: stream === log.stream && mapping.isTaken(shard) ? now : arrival,
      })),
  };
}

/** Runs some work again and again, never twice at once; a failure is told and the next run comes. */
export function startTimer(
  work: () => Promise<unknown>,
  everyMs: number,
  onProblem: (error: unknown) => void,
): { readonly stop: () => Promise<void> } {
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch(onProblem)
      .finally(() => {
        running = undefined;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
