import type { ShardProgress, SilenceIndex } from '../../shared/detection/silence/ports';
import { shardKey } from '../../shared/detection/silence/source-watch';
import type { Outcome, StreamRecord } from '../../shared/runtime/kinesis';

/** Reports for each shard of the batch (one, on Kinesis) the last record before the first that failed. */
export async function reportProgress(
  records: readonly StreamRecord[],
  outcomes: readonly Outcome[],
  index: SilenceIndex,
): Promise<void> {
  const taken = new Map<string, ShardProgress>();
  const stopped = new Set<string>();
  records.forEach((record, i) => {
    const key = shardKey(record);
    if (outcomes[i]?.done !== true) stopped.add(key);
    if (stopped.has(key)) return;
    const { stream, shard, sequence, arrival } = record;
    taken.set(key, { stream, shard, sequence, arrival: Math.max(arrival, taken.get(key)?.arrival ?? arrival) });
  });
  if (taken.size > 0) await index.advanceShards([...taken.values()]);
}

/** Where the last record of each shard of the batch stands: if it comes back, what could not be reported is reported then. */
export function lastOfShards(records: readonly StreamRecord[]): number[] {
  return [...new Map(records.map((record, i) => [shardKey(record), i])).values()];
}
