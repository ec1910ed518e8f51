import type { ShardReader, StoredRecord } from '../log/shard-reader';
import { payloadBytes } from './event';
import type { WorkerParts } from './worker-parts';

/** A full batch, or what has come when the window closes. */
export async function gather(reader: ShardReader, parts: WorkerParts): Promise<StoredRecord[]> {
  const { settings, timing, stopping } = parts;
  const records: StoredRecord[] = [];
  let room = settings.payloadBytesMax;
  let opened: number | undefined;
  for (;;) {
    const more = await reader.next({
      records: settings.batchSize - records.length,
      bytes: room,
      atLeastOne: records.length === 0,
      weigh: payloadBytes,
    });
    for (const record of more) {
      records.push(record);
      room -= payloadBytes(record);
    }
    if (records.length === 0 || records.length >= settings.batchSize || room <= 0 || reader.isHolding) return records;
    opened ??= timing.now();
    const left = opened + settings.batchWindowMs - timing.now();
    if (left <= 0 || stopping.aborted) return records;
    await moreOrLater(reader, left, parts);
  }
}

async function moreOrLater(reader: ShardReader, ms: number, { timing, stopping }: WorkerParts): Promise<void> {
  const enough = new AbortController();
  const end = () => enough.abort();
  stopping.addEventListener('abort', end, { once: true });
  await Promise.race([reader.more(enough.signal), timing.sleep(ms, enough.signal)]);
  stopping.removeEventListener('abort', end);
  end();
}
