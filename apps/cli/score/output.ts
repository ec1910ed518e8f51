import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { open, realpath, rename, stat } from 'node:fs/promises';

/** Where text goes to. Nobody sees a file before it is complete. */
export interface Output {
  write(text: string): Promise<void>;
  /** The file is complete and takes its name. */
  commit(): Promise<void>;
  /** Leaves nothing behind, unless it is committed. The file is gone before this returns: it is used in signal handlers. */
  discard(): Promise<void>;
}

export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/**
 * A file written beside its place and moved there when it is complete; standard output for `-`; a pipe or device is
 * written as it is.
 *
 * @throws {OutputError} if it cannot be created
 */
export async function openOutput(path: string): Promise<Output> {
  if (path === '-') return streamOutput(process.stdout);
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw new OutputError(`cannot write ${path}: it is a folder`);
  const isDirect = existing !== undefined && !existing.isFile();
  const target = isDirect ? path : await realpath(path).catch(() => path);
  const temporary = isDirect ? target : `${target}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, isDirect ? 'w' : 'wx').catch((error: NodeJS.ErrnoException) => {
    throw new OutputError(`cannot write ${path}: ${whyNot(error)}`, { cause: error });
  });
  let isOpen = true;
  return {
    async write(text) {
      await file.writeFile(text);
    },
    async commit() {
      await file.close();
      if (!isDirect) await rename(temporary, target);
      isOpen = false;
    },
    async discard() {
      if (!isOpen) return;
      isOpen = false;
      if (!isDirect) rmSync(temporary, { force: true });
      await file.close();
    },
  };
}

function streamOutput(stream: NodeJS.WriteStream): Output {
  return {
    async write(text) {
      if (!stream.write(text)) await once(stream, 'drain');
    },
    async commit() {},
    async discard() {},
  };
}

function whyNot(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'its folder does not exist';
  if (error.code === 'EACCES' || error.code === 'EROFS') return 'not allowed to';
  return error.message;
}

/** A whole text, to a file or `-`; see {@link openOutput}. */
export async function writeOutput(path: string, text: string): Promise<void> {
  const output = await openOutput(path);
  try {
    await output.write(text);
    await output.commit();
  } finally {
    await output.discard();
  }
}
