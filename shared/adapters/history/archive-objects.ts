import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { TrainingError } from '../../training/training-error';
import { InputError } from '../files/read-item';

/** A file of the archive: NDJSON of archive lines, gzip or not. */
export interface ArchiveObject {
  /** Its key, or its path below the folder. */
  readonly name: string;
  /** Its bytes from the first on. Rejects with an {@link InputError} where it cannot be read, others may. */
  chunks(): AsyncGenerator<Buffer>;
}

const CHUNK_BYTES = 262_144;

/**
 * Files of a folder and of the folders in it, in the order of their paths, which is that of arrival as the archive names them.
 * Hidden ones are passed over.
 *
 * @throws {TrainingError} if there is no such folder
 */
export async function* folderObjects(folder: string): AsyncGenerator<ArchiveObject> {
  const names = await readdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new TrainingError(`the archive's folder ${folder} cannot be read: ${cause.message}`, { cause });
  });
  for (const name of names.sort()) {
    const file = path.join(folder, name);
    if (name.split(path.sep).some((part) => part.startsWith('.')) || (await isFolder(file))) continue;
    yield { name, chunks: () => fileChunks(file) };
  }
}

/** What cannot be looked at is met again, and told, when it is read. */
async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function* fileChunks(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (cause) {
    throw new InputError('unreadable', (cause as Error).message, undefined, { cause });
  }
}

/**
 * The same objects; reading of some is begun before it is their turn, so that none is waited for. Whoever stops early lets go
 * of them.
 */
export async function* begunAhead(objects: AsyncIterable<ArchiveObject>, count: number): AsyncGenerator<ArchiveObject> {
  const begun: { readonly object: ArchiveObject; readonly letGo: () => Promise<unknown> }[] = [];
  const more = objects[Symbol.asyncIterator]();
  try {
    for (;;) {
      while (begun.length < count) {
        const next = await more.next();
        if (next.done) break;
        begun.push(begin(next.value));
      }
      const turn = begun.shift();
      if (turn === undefined) return;
      yield turn.object;
    }
  } finally {
    await Promise.all(begun.map(({ letGo }) => letGo()));
    await more.return?.();
  }
}

function begin({ name, chunks }: ArchiveObject) {
  const reading = chunks();
  const first = reading.next();
  // Whoever reads it meets the fault; until then nobody does.
  first.catch(() => undefined);
  async function* all() {
    try {
      for (let next = await first; !next.done; next = await reading.next()) yield next.value;
    } finally {
      await reading.return(undefined);
    }
  }
  return { object: { name, chunks: all }, letGo: () => reading.return(undefined).catch(() => undefined) };
}
