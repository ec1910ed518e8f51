import type { AlertStore, Doc, IndexEntry, Key } from '../store-port';
import { checkPuts } from './check-puts';

interface Entry {
  readonly doc: Doc;
  readonly text: string;
  readonly index: IndexEntry | undefined;
  readonly expiresAt: number | undefined;
}

/** A store in memory: for back-tests, which leave nothing behind, and for tests. Bodies are kept as the texts they would be. */
export function createMemoryStore(): AlertStore {
  const partitions = new Map<string, Map<string, Entry>>();
  const indexes = new Map<string, Map<string, { readonly key: Key; readonly at: number }>>();
  const at = ({ partition, sort }: Key) => partitions.get(partition)?.get(sort);
  const read = ({ doc, text }: Entry): Doc => ({ ...doc, body: JSON.parse(text) as unknown });

  const unlist = (entry: Entry | undefined, name: string) => {
    if (entry?.index !== undefined) indexes.get(entry.index.name)?.delete(name);
  };
  const remove = ({ partition, sort }: Key) => {
    unlist(at({ partition, sort }), nameOf({ partition, sort }));
    partitions.get(partition)?.delete(sort);
  };

  return {
    async load(keys) {
      return keys.map((key) => {
        const entry = at(key);
        return entry && read(entry);
      });
    },
    async commit(puts) {
      const texts = checkPuts(puts);
      if (puts.some((put) => at(put)?.doc.revision !== put.expected)) return false;
      puts.forEach(({ partition, sort, expected = 0, index, expiresAt }, i) => {
        const name = nameOf({ partition, sort });
        unlist(at({ partition, sort }), name);
        if (index !== undefined) {
          const listed = indexes.get(index.name) ?? new Map();
          indexes.set(index.name, listed.set(name, { key: { partition, sort }, at: index.at }));
        }
        const docs = partitions.get(partition) ?? new Map<string, Entry>();
        const doc = { partition, sort, revision: expected + 1, body: undefined };
        partitions.set(partition, docs.set(sort, { doc, text: texts[i]!, index, expiresAt }));
      });
      return true;
    },
    async list(partition, { prefix = '', limit = Number.POSITIVE_INFINITY, lastFirst = false } = {}) {
      const entries = [...(partitions.get(partition)?.values() ?? [])]
        .filter(({ doc }) => doc.sort.startsWith(prefix))
        .sort((a, b) => Buffer.compare(Buffer.from(a.doc.sort), Buffer.from(b.doc.sort)));
      return (lastFirst ? entries.reverse() : entries).slice(0, limit).map(read);
    },
    async indexed(name, query = {}) {
      const { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, limit, lastFirst = false } = query;
      const listed = [...(indexes.get(name)?.values() ?? [])]
        .filter((entry) => entry.at >= from && entry.at <= until)
        .sort((a, b) => a.at - b.at);
      return (lastFirst ? listed.reverse() : listed).slice(0, limit).map(({ key, at }) => ({ ...key, at }));
    },
    async removeExpired(now, limit) {
      const expired = [...partitions.values()]
        .flatMap((docs) => [...docs.values()])
        .filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now)
        .slice(0, limit);
      for (const { doc } of expired) remove(doc);
      return expired.length;
    },
    async close() {},
  };
}

function nameOf({ partition, sort }: Key): string {
  return JSON.stringify([partition, sort]);
}
