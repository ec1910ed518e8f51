import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogOptions, type LogRecord, PartitionedLog } from '../log/partitioned-log';
import type { StoredRecord } from '../log/shard-reader';

/** A new folder for one test, and its removal. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tidewatch-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function record(partitionKey: string, body: string): LogRecord {
  return { partitionKey, data: Buffer.from(body) };
}

/** Runs with a log that is closed afterwards, whatever happens. */
export async function withLog<T>(
  folder: string,
  options: LogOptions,
  work: (log: PartitionedLog) => Promise<T>,
): Promise<T> {
  const log = await PartitionedLog.open(folder, options);
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

/** Everything a log holds, shard by shard. */
export async function readAll(log: PartitionedLog): Promise<StoredRecord[][]> {
  const shards: StoredRecord[][] = [];
  for (let shard = 0; shard < log.shardCount; shard++) {
    const reader = log.reader(shard);
    const records: StoredRecord[] = [];
    for (;;) {
      const more = await reader.next({ records: 100, bytes: 100_000 });
      if (more.length === 0) break;
      records.push(...more);
    }
    await reader.close();
    shards.push(records);
  }
  return shards;
}

export function bodies(records: readonly StoredRecord[]): string[] {
  return records.map(({ data }) => data.toString());
}
