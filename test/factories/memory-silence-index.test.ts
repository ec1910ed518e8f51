import { describeSilenceIndex } from '../../shared/adapters/contracts/silence-index.contract';
import type { SilenceIndex } from '../../shared/detection/silence/ports';
import { MemorySilenceIndex } from './memory-silence-index';

const scopes = new Map<string, MemorySilenceIndex>();

/** The fake of the tests keeps the same promises as the real ones. */
describeSilenceIndex('Memory', {
  make: (scope): SilenceIndex => {
    const index = scopes.get(scope) ?? new MemorySilenceIndex();
    scopes.set(scope, index);
    let closed = false;
    const open = async <T>(work: () => T): Promise<T> => {
      if (closed) throw new Error('the silence index is closed');
      return work();
    };
    return {
      file: (filings) => open(() => index.file(filings)),
      refile: (refilings) => open(() => index.refile(refilings)),
      due: (until, limit) => open(() => index.due(until, limit)),
      advanceShards: (progress) => open(() => index.advanceShards(progress)),
      shards: () => open(() => index.shards()),
      close: async () => {
        closed = true;
      },
    };
  },
});
