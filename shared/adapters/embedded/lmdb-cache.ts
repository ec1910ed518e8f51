import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { CHECKPOINT_FIELD, type StateCache, type StateCommit, TransientFault } from '../../detection/ports';
import { oneHandle } from './one-handle';
import { createEntryEncoder, decodeEntry, type EntryEncoder, fieldOfEntry } from './state-entry';

/**
 * A source of three metrics takes about 12 KB. With pages of this size such an entry is one page, so that no run of free
 * pages has to be searched for: half the time of a commit with the usual 4 KB.
 */
const PAGE_BYTES = 16_384;
/** LMDB's keys end near 2 KB; longer names are stored by their hash. */
const PLAIN_KEY_BYTES_MAX = 1_024;

/**
 * Source states in one durable file, an entry a source. Each commit is one write transaction, synced to disk before it
 * resolves; others, in this process or in others, may have the same file open. The file is mapped, not read into memory: what it occupies is
 * page cache that the system takes back at need.
 *
 * @param file path of the file; missing folders are made
 * @throws {Error} if the file is there and is not a state cache
 */
export function openLmdbCache(file: string): StateCache {
  const { handle: database, release } = hold(file);
  const encode = createEntryEncoder();
  let closed = false;
  const whileOpen = () => {
    if (closed) throw new Error('the state cache is closed');
  };
  return {
    async load(sources) {
      whileOpen();
      return sources.map((source) => {
        const entry = database.getBinary(keyOf(source));
        return entry === undefined ? undefined : decodeEntry(entry);
      });
    },
    async commit(commits) {
      whileOpen();
      if (commits.length === 0) return [];
      for (const { source, fields } of commits) {
        if (!fields.has(CHECKPOINT_FIELD)) throw new Error(`a commit of source ${source} has no checkpoint`);
      }
      return inOneTransaction(database, encode, commits);
    },
    async close() {
      if (closed) return;
      closed = true;
      await release();
    },
  };
}

type Database = RootDatabase<Buffer, Buffer>;

function openFile(file: string): Database {
  mkdirSync(dirname(file), { recursive: true });
  refuseOtherFiles(file);
  try {
    return open<Buffer, Buffer>({
      path: file,
      noSubdir: true,
      encoding: 'binary',
      keyEncoding: 'binary',
      pageSize: PAGE_BYTES,
      // A commit resolves after its sync, not before.
      overlappingSync: false,
    });
  } catch (cause) {
    throw new Error(`${file} cannot be opened as a state cache: ${messageOf(cause)}`, { cause });
  }
}

const hold = oneHandle(openFile, (database) => database.close());

/** LMDB maps whatever it is given and crashes the process on a file that is not its own, so the beginning is read first. */
function refuseOtherFiles(file: string): void {
  if (!existsSync(file) || statSync(file).size === 0) return;
  const start = Buffer.alloc(PAGE_BYTES + MAGIC_AT + MAGIC.length);
  const descriptor = openSync(file, 'r');
  try {
    const read = readSync(descriptor, start);
    const [first, second] = [MAGIC_AT, PAGE_BYTES + MAGIC_AT].map((at) => start.subarray(at, at + MAGIC.length));
    if (read === start.length && MAGIC.equals(first!) && MAGIC.equals(second!)) return;
  } finally {
    closeSync(descriptor);
  }
  throw new Error(`${file} cannot be opened as a state cache: it is another file, or its beginning is lost`);
}

/** 0xBEEFC0DE, which LMDB puts after the header of its first two pages. */
const MAGIC = Buffer.from('dec0efbe', 'hex');
const MAGIC_AT = 24;

async function inOneTransaction(
  database: Database,
  encode: EntryEncoder,
  commits: readonly StateCommit[],
): Promise<boolean[]> {
  // An error must not leave the transaction's callback: what was written before it would be committed.
  let defect: { readonly error: unknown } | undefined;
  const outcomes: boolean[] = [];
  try {
    await database.transaction(() => {
      try {
        for (const commit of commits) outcomes.push(compareAndSet(database, encode, commit));
      } catch (error) {
        defect = { error };
      }
    });
  } catch (cause) {
    throw classified(cause);
  }
  if (defect !== undefined) throw classified(defect.error);
  return outcomes;
}

function compareAndSet(database: Database, encode: EntryEncoder, { source, expected, fields }: StateCommit): boolean {
  const key = keyOf(source);
  // Valid until the next read only.
  const entry = database.getBinaryFast(key);
  if (!equalBytes(entry && fieldOfEntry(entry, CHECKPOINT_FIELD), expected)) return false;
  database.putSync(key, encode(fields, entry));
  return true;
}

function equalBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.compare(a, b) === 0;
}

/** `=` and the name, or `#` and its hash where the name is too long or UTF-8 would not tell it from another. */
function keyOf(source: string): Buffer {
  const plain = Buffer.from(`=${source}`);
  if (plain.length <= PLAIN_KEY_BYTES_MAX && !LONE_SURROGATE.test(source)) return plain;
  return Buffer.concat([HASHED, createHash('sha256').update(source, 'utf16le').digest()]);
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const HASHED = Buffer.from('#');

/** A full disk or reader table may be well again later; a damaged file will not. */
const DEFECT = /MDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|PANIC|VERSION_MISMATCH|BAD_)|state entry|state field/;

function classified(cause: unknown): unknown {
  return DEFECT.test(messageOf(cause)) ? cause : new TransientFault('cache', messageOf(cause), { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
