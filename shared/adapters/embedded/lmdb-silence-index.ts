import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { open } from 'lmdb';
import { TransientFault } from '../../detection/ports';
import type { Filing, ShardProgress, SilenceIndex } from '../../detection/silence/ports';
import { compareSequences } from '../../domain/position';
import { oneHandle } from './one-handle';

/**
 * Deadlines in one file beside the source states. A call resolves when its transaction is committed, a moment before it is
 * synced: a killed process loses nothing, a power cut may lose the last filings, which the sources renew as they go on.
 *
 * @param file path of the file; missing folders are made
 */
export function openLmdbSilenceIndex(file: string): SilenceIndex {
  const { handle, release } = hold(file);
  const { root, filed, byDeadline, shards } = handle;
  let closed = false;
  const whileOpen = () => {
    if (closed) throw new Error('the silence index is closed');
  };
  const move = (source: string, from: number | undefined, to: number | undefined) => {
    if (from === to) return;
    if (from !== undefined) byDeadline.removeSync([from, source]);
    if (to === undefined) filed.removeSync(source);
    else {
      filed.putSync(source, to);
      byDeadline.putSync([to, source], true);
    }
  };
  const inOneTransaction = async (work: () => void) => {
    whileOpen();
    try {
      await root.transaction(work);
    } catch (cause) {
      throw new TransientFault('silence index', cause instanceof Error ? cause.message : String(cause), { cause });
    }
  };
  return {
    async file(filings) {
      if (filings.length === 0) return;
      await inOneTransaction(() => {
        for (const { source, deadline } of filings) move(source, filed.get(source), deadline);
      });
    },
    async refile(refilings) {
      if (refilings.length === 0) return;
      await inOneTransaction(() => {
        for (const { source, deadline, next } of refilings) {
          if (filed.get(source) === deadline) move(source, deadline, next);
        }
      });
    },
    async due(until, limit) {
      whileOpen();
      const filings: Filing[] = [];
      let dueCount = 0;
      for (const [deadline, source] of byDeadline.getKeys({ end: [until, AFTER_ALL_NAMES] })) {
        if (dueCount++ < limit) filings.push({ source, deadline });
      }
      return { filings, dueCount, filedCount: entriesOf(filed.getStats()) };
    },
    async advanceShards(progress) {
      if (progress.length === 0) return;
      await inOneTransaction(() => {
        for (const one of progress) {
          const key = JSON.stringify([one.stream, one.shard]);
          const last = shards.get(key);
          if (last === undefined || compareSequences(one.sequence, last.sequence) > 0) shards.putSync(key, one);
        }
      });
    },
    async shards() {
      whileOpen();
      return [...shards.getRange()].map(({ value }) => value);
    },
    async close() {
      if (closed) return;
      closed = true;
      await release();
    },
  };
}

function openFile(file: string) {
  mkdirSync(dirname(file), { recursive: true });
  const root = open({ path: file, noSubdir: true, maxDbs: 3, overlappingSync: true, compression: false });
  return {
    root,
    filed: root.openDB<number, string>({ name: 'filed', encoding: 'json' }),
    byDeadline: root.openDB<boolean, [number, string]>({ name: 'due', encoding: 'json' }),
    shards: root.openDB<ShardProgress, string>({ name: 'shards', encoding: 'json' }),
  };
}

const hold = oneHandle(openFile, ({ root }) => root.close());

/** Where the index of a file of states lies. */
export function silenceFileBeside(stateFile: string): string {
  return join(dirname(stateFile), 'silence.lmdb');
}

/** No name begins with it. */
const AFTER_ALL_NAMES = '\uffff';

function entriesOf(stats: object): number {
  return (stats as { entryCount: number }).entryCount;
}
