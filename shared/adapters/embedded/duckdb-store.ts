import { resolve } from 'node:path';
import { type DuckDbOptions, type DuckDbStore, faultsNamed, openSession } from './duckdb-session';

/**
 * Points and anomalies in a DuckDB file, which people open with any DuckDB client once this process has ended: views
 * `points` and `anomalies`. Writes are transactions, synced to disk before they resolve, one after the other; reads see
 * what is committed. About 200,000 rows a second in batches of 1,000 to 3,000.
 *
 * After a fatal error, as of a disk that is full when the log of writes is taken into the file, DuckDB wants its file closed
 * and opened again: the call that met it rejects with a TransientFault, and the next one finds the file open.
 *
 * @param file path of the file; missing folders are made
 * @throws {Error} if the file is another process's at this moment, or is not a DuckDB file
 */
export async function openDuckDbStore(file: string, options: DuckDbOptions = {}): Promise<DuckDbStore> {
  const path = resolve(file);
  // DuckDB's lock holds between processes only.
  if (OPEN_FILES.has(path)) throw new Error(`${file} is already open in this process`);
  OPEN_FILES.add(path);
  const letGo = () => void OPEN_FILES.delete(path);
  try {
    return storeOf(await openSession(path, options), () => openSession(path, options), letGo);
  } catch (error) {
    letGo();
    throw error;
  }
}

const OPEN_FILES = new Set<string>();
/** In the words of DuckDB. */
const INVALIDATED = /FATAL Error|database has been invalidated/;

function storeOf(first: DuckDbStore, open: () => Promise<DuckDbStore>, letGo: () => void): DuckDbStore {
  let session: Promise<DuckDbStore> | undefined = Promise.resolve(first);
  let closed: Promise<void> | undefined;
  const openAgain = async (broken?: DuckDbStore) => {
    await broken?.close().catch(() => undefined);
    return faultsNamed(open);
  };
  const become = (next: Promise<DuckDbStore>) => {
    session = next;
    next.catch(() => {
      // The next call tries again.
      if (session === next) session = undefined;
    });
    return next;
  };
  const on = async <Result>(work: (store: DuckDbStore) => Promise<Result>): Promise<Result> => {
    if (closed !== undefined) throw new Error('the store is closed');
    const mine = session ?? become(openAgain());
    const store = await mine;
    try {
      return await work(store);
    } catch (error) {
      if (session === mine && error instanceof Error && INVALIDATED.test(error.message)) become(openAgain(store));
      throw error;
    }
  };
  return {
    writePoints: (rows) => on((store) => store.writePoints(rows)),
    writeAnomalies: (events) => on((store) => store.writeAnomalies(events)),
    readPoints: (query) => on((store) => store.readPoints(query)),
    readRecent: (queries) => on((store) => store.readRecent(queries)),
    readAnomalies: (query) => on((store) => store.readAnomalies(query)),
    readDegraded: (query) => on((store) => store.readDegraded(query)),
    async *readScores(query) {
      yield* await on(async (store) => store.readScores(query));
    },
    totals: () => on((store) => store.totals()),
    async *readPast() {
      yield* await on(async (store) => store.readPast());
    },
    close() {
      const last = session;
      closed ??= (async () => {
        const store = await last?.catch(() => undefined);
        await store?.close();
        letGo();
      })();
      return closed;
    },
  };
}
