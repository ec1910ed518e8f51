import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file, and its folder if need be, so that others see all of it or what was there before; durable when it resolves.
 * What comes in pieces is written piece by piece. Killed in between, it leaves a file beside it that ends in `.tmp` and that nobody reads.
 */
export async function writeWholeFile(file: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const beside = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(beside, 'wx');
    try {
      await writeFile(handle, content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
    await syncFolder(folder);
  } finally {
    await rm(beside, { force: true });
  }
}

/** A name is durable once its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
