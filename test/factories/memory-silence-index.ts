import type { Due, Filing, Refiling, ShardProgress } from '../../shared/detection/silence/ports';
import { compareSequences } from '../../shared/domain/position';

/** An index of deadlines in memory, without delay and without faults. */
export class MemorySilenceIndex {
  readonly filed = new Map<string, number>();
  readonly progress = new Map<string, ShardProgress>();

  file(filings: readonly Filing[]): void {
    for (const { source, deadline } of filings) this.filed.set(source, deadline);
  }

  refile(refilings: readonly Refiling[]): void {
    for (const { source, deadline, next } of refilings) {
      if (this.filed.get(source) !== deadline) continue;
      if (next === undefined) this.filed.delete(source);
      else this.filed.set(source, next);
    }
  }

  due(until: number, limit: number): Due {
    const due = [...this.filed].filter(([, deadline]) => deadline <= until).sort((a, b) => a[1] - b[1]);
    const filings = due.slice(0, limit).map(([source, deadline]) => ({ source, deadline }));
    return { filings, dueCount: due.length, filedCount: this.filed.size };
  }

  advanceShards(progress: readonly ShardProgress[]): void {
    for (const one of progress) {
      const key = `${one.stream}/${one.shard}`;
      const last = this.progress.get(key);
      if (last === undefined || compareSequences(one.sequence, last.sequence) > 0) this.progress.set(key, one);
    }
  }

  shards(): ShardProgress[] {
    return [...this.progress.values()];
  }
}
