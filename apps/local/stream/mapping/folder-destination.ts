import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../log/files';
import type { FailureDestination } from './failure-record';

/**
 * Failure records as files, named as Lambda names the objects in a bucket:
 * `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>`. Durable when put resolves; no half files.
 */
export function folderDestination(folder: string, mapping: string): FailureDestination {
  return {
    async put(record) {
      const [day, time] = record.timestamp.split('T') as [string, string];
      const name = `${day}T${time.slice(0, 8).replaceAll(':', '.')}-${randomUUID()}`;
      const path = join(folder, 'aws', 'lambda', mapping, record.KinesisBatchInfo.shardId, ...day.split('-'), name);
      await mkdir(dirname(path), { recursive: true });
      await replaceFile(path, JSON.stringify(record));
    },
  };
}
