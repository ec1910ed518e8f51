import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { open } from 'lmdb';
import { checkPuts } from '../../alerting/store/check-puts';
import type { AlertStore, Doc, IndexEntry, Key, Put } from '../../alerting/store-port';
import { TransientFault } from '../../domain/transient-fault';
import { oneHandle } from './one-handle';

interface Entry {
  readonly revision: number;
  readonly text: string;
  readonly index?: IndexEntry;
  readonly expiresAt?: number;
}

/**
 * State of alerts in one durable file: a commit is one write transaction, synced to disk before it resolves. Other processes,
 * as the command line, may have the file open at the same time.
 *
 * @param file path of the file; missing folders are made
 */
export function openLmdbAlertStore(file: string): AlertStore {
  const { handle, release } = hold(file);
  const { root, docs, listed, expiring } = handle;
  let closed = false;
  const whileOpen = () => {
    if (closed) throw new Error('the alert store is closed');
  };
  const read = ({ partition, sort }: Key): Entry | undefined => docs.get([partition, sort]);
  const forget = ({ partition, sort }: Key, entry: Entry | undefined) => {
    if (entry?.index !== undefined) listed.removeSync([entry.index.name, entry.index.at, partition, sort]);
    if (entry?.expiresAt !== undefined) expiring.removeSync([entry.expiresAt, partition, sort]);
  };
  const write = ({ partition, sort, expected = 0, index, expiresAt }: Put, text: string) => {
    forget({ partition, sort }, read({ partition, sort }));
    const revision = expected + 1;
    docs.putSync([partition, sort], { revision, text, ...(index && { index }), ...(expiresAt && { expiresAt }) });
    if (index !== undefined) listed.putSync([index.name, index.at, partition, sort], true);
    if (expiresAt !== undefined) expiring.putSync([expiresAt, partition, sort], true);
  };
  const inOneTransaction = <Result>(work: () => Result) => transaction(root, work);

  return {
    async load(keys) {
      whileOpen();
      return keys.map((key) => {
        const entry = read(key);
        return entry && docOf(key, entry);
      });
    },
    async commit(puts) {
      whileOpen();
      const texts = checkPuts(puts);
      if (puts.length === 0) return true;
      return inOneTransaction(() => {
        if (puts.some((put) => read(put)?.revision !== put.expected)) return false;
        puts.forEach((put, i) => {
          write(put, texts[i]!);
        });
        return true;
      });
    },
    async list(partition, { prefix = '', limit, lastFirst = false } = {}) {
      whileOpen();
      const [start, end] = [
        [partition, prefix],
        [partition, prefix + AFTER_ALL_TEXTS],
      ];
      const range = docs.getRange({
        ...(lastFirst ? { start: end, end: start, reverse: true } : { start, end }),
        ...(limit === undefined ? {} : { limit }),
      });
      return [...range].map(({ key, value }) => docOf({ partition, sort: key[1]! }, value));
    },
    async indexed(name, { from = 0, until = Number.MAX_SAFE_INTEGER, limit, lastFirst = false } = {}) {
      whileOpen();
      const [start, end] = [
        [name, from],
        [name, until, AFTER_ALL_TEXTS],
      ];
      const range = listed.getKeys({
        ...(lastFirst ? { start: end, end: start, reverse: true } : { start, end }),
        ...(limit === undefined ? {} : { limit }),
      });
      return [...range].map(([, at, partition, sort]) => ({ partition, sort, at }));
    },
    async removeExpired(now, limit) {
      whileOpen();
      if ([...expiring.getKeys({ end: [now, AFTER_ALL_TEXTS], limit: 1 })].length === 0) return 0;
      return inOneTransaction(() => {
        const expired = [...expiring.getKeys({ end: [now, AFTER_ALL_TEXTS], limit })];
        for (const [, partition, sort] of expired) {
          forget({ partition, sort }, read({ partition, sort }));
          docs.removeSync([partition, sort]);
        }
        return expired.length;
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      await release();
    },
  };
}

type Root = ReturnType<typeof open>;

function openFile(file: string) {
  mkdirSync(dirname(file), { recursive: true });
  // A commit resolves after its sync, not before.
  const root = open({ path: file, noSubdir: true, maxDbs: 3, overlappingSync: false });
  return {
    root,
    docs: root.openDB<Entry, string[]>({ name: 'docs', encoding: 'json' }),
    listed: root.openDB<boolean, [string, number, string, string]>({ name: 'listed', encoding: 'json' }),
    expiring: root.openDB<boolean, [number, string, string]>({ name: 'expiring', encoding: 'json' }),
  };
}

const hold = oneHandle(openFile, ({ root }) => root.close());

/** No text that stands in a key begins with it. */
const AFTER_ALL_TEXTS = '\uffff';

async function transaction<Result>(root: Root, work: () => Result): Promise<Result> {
  // An error must not leave the transaction's callback: what was written before it would be committed.
  let outcome: { readonly result: Result } | { readonly error: unknown } | undefined;
  try {
    await root.transaction(() => {
      try {
        outcome = { result: work() };
      } catch (error) {
        outcome = { error };
      }
    });
  } catch (error) {
    outcome = { error };
  }
  if (outcome !== undefined && 'result' in outcome) return outcome.result;
  const cause = outcome?.error;
  throw new TransientFault('alert store', cause instanceof Error ? cause.message : String(cause), { cause });
}

function docOf({ partition, sort }: Key, { revision, text }: Entry): Doc {
  return { partition, sort, revision, body: JSON.parse(text) as unknown };
}
