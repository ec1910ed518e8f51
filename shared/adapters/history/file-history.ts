import type { PointHistory } from '../../training/ports';
import { openDataInput, type ReadOptions, type RejectedItem } from '../files/data-input';

/** What is told while a file is read; anew at each reading. */
export interface FileWatch {
  /** Rows that are no data points; not those in which nothing was measured. */
  readonly rejected?: (item: RejectedItem) => void;
  /** Shows how far it is read, in bytes on disk. */
  readonly progress?: (bytesTotal: number | undefined) => Promise<{ update(bytes: number): void; stop(): void }>;
}

/**
 * The points of a user's file, in its order; see `openDataInput`, whose errors a reading rejects with. A file is the history
 * itself: what it has twice is there twice, and the engine takes the first.
 */
export function openFileHistory(file: string, options: ReadOptions = {}, watch: FileWatch = {}): PointHistory {
  return {
    bySource: false,
    async *read() {
      const input = await openDataInput(file, options);
      const progress = await watch.progress?.(input.bytesTotal);
      try {
        for await (const batch of input.batches()) {
          for (const item of batch) {
            if (item.kind === 'point') yield item.point;
            else if (item.reason !== 'empty') watch.rejected?.(item);
          }
          progress?.update(input.bytesRead());
        }
      } finally {
        progress?.stop();
        input.close();
      }
    },
  };
}
