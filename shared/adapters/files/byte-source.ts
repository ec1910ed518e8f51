import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from './read-item';

/** Bytes of a file or of standard input, unpacked if they were gzip. */
export interface ByteSource {
  readonly compressed: boolean;
  /** Bytes on disk; absent when it is not known beforehand. */
  readonly bytesTotal: number | undefined;
  /** Bytes taken from the disk so far: of the packed form if it is packed. */
  bytesRead(): number;
  /** To be iterated once. Rejects with an {@link InputError} when the packing is broken. */
  readonly chunks: AsyncGenerator<Buffer>;
  close(): void;
}

const CHUNK_BYTES = 262_144;

/**
 * Opens a file, or standard input for `-`. Memory does not depend on its size.
 *
 * @throws {InputError} if there is no such file or it cannot be read
 */
export async function openBytes(path: string, stdin: NodeJS.ReadableStream): Promise<ByteSource> {
  const bytesTotal = path === '-' ? undefined : await sizeOf(path);
  const raw = path === '-' ? stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let bytesRead = 0;
  const counted = counting(raw, (bytes) => {
    bytesRead += bytes;
  });
  return {
    ...(await unpackedIfPacked(counted)),
    bytesTotal,
    bytesRead: () => bytesRead,
    close: () => (raw as Readable).destroy(),
  };
}

/** Bytes as they are, or unpacked if they are gzip. */
export async function unpackedIfPacked(
  chunks: AsyncIterator<Buffer>,
): Promise<Pick<ByteSource, 'compressed' | 'chunks'>> {
  const [head, all] = await withHead(chunks, 2, (bytes) => bytes.length >= 2);
  const compressed = head[0] === 0x1f && head[1] === 0x8b;
  return { compressed, chunks: compressed ? unpacked(all) : all };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw new InputError('unreadable', `${path} is a folder; a file is expected`);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    throw asReadError(error, path);
  }
}

async function* counting(raw: NodeJS.ReadableStream, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of raw) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      count(bytes.length);
      yield bytes;
    }
  } catch (error) {
    throw asReadError(error, 'the input');
  }
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(packed, { objectMode: false, highWaterMark: CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('not-gzip', `the gzip data are broken or cut off (${messageOf(error)})`, undefined, {
      cause: error,
    });
  } finally {
    source.destroy();
  }
}

/** The first bytes, until they suffice or there are `bytesMax` of them, and an iterator that still gives them all. */
export async function withHead(
  chunks: AsyncIterator<Buffer>,
  bytesMax: number,
  suffices: (head: Buffer) => boolean,
): Promise<[head: Buffer, all: AsyncGenerator<Buffer>]> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < bytesMax && !suffices(head)) {
    const next = await chunks.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return [head, replayed(head, chunks)];
}

async function* replayed(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function asReadError(error: unknown, what: string): InputError {
  if (error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const why =
    code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'not allowed to read it' : messageOf(error);
  return new InputError('unreadable', `${what}: ${why}`, undefined, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
