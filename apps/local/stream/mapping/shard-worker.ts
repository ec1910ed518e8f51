import type { ShardReader } from '../log/shard-reader';
import { advance, deliver } from './deliver';
import { gather } from './gather';
import { retryDelay } from './next-step';
import type { WorkerParts } from './worker-parts';

/** Delivers one shard to the handler, one batch at a time and in order, until told to stop. */
export async function runShard(shard: number, parts: WorkerParts): Promise<void> {
  let failures = 0;
  while (!parts.stopping.aborted) {
    const reader = parts.log.reader(shard, parts.consumer.mark(shard));
    try {
      await readAndDeliver(shard, reader, parts, () => {
        failures = 0;
      });
    } catch (error) {
      // The disk could not be read: begin again from the checkpoint.
      parts.onProblem(error);
      await parts.timing.sleep(retryDelay(++failures, parts.timing.random(), parts.settings), parts.stopping);
    } finally {
      await reader.close().catch(parts.onProblem);
    }
  }
}

async function readAndDeliver(
  shard: number,
  reader: ShardReader,
  parts: WorkerParts,
  onRead: () => void,
): Promise<void> {
  while (!parts.stopping.aborted) {
    const records = await gather(reader, parts);
    onRead();
    if (records.length > 0) {
      await deliver(shard, records, parts);
      continue;
    }
    // Behind unreadable records, too, everything is processed.
    advance(shard, reader.mark, parts);
    await reader.more(parts.stopping);
  }
}
