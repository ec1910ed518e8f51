import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { TrainingError } from '../../training/training-error';

/** Temporary files have no room, or no folder: nothing is wrong with the data, and the same may go well elsewhere. */
export class TemporaryFilesError extends TrainingError {}

/** A file of this process alone, without a name. Calls block. */
export interface SpillFile {
  /** Puts bytes at the end. @throws {TemporaryFilesError} if there is no room */
  append(bytes: Buffer): void;
  /** Fills `into` from an offset on, up to the end of the file. @returns bytes read */
  read(into: Buffer, offset: number): number;
  close(): void;
}

/**
 * Opens a temporary file and takes its name away at once: however the process ends, the system frees its room then, and
 * nothing is left.
 *
 * @throws {TemporaryFilesError} if the folder cannot be used
 */
export function openSpillFile(folder: string): SpillFile {
  const file = path.join(folder, `tidewatch-${randomUUID()}`);
  const opened = spillFileOf(
    attempt(folder, () => openSync(file, 'wx+', 0o600)),
    folder,
  );
  if (isGone(file)) return opened;
  // Where an open file keeps its name (Windows), it goes with the file.
  return {
    ...opened,
    close() {
      opened.close();
      rmSync(file, { force: true });
    },
  };
}

/** @param descriptor of an empty file in the folder */
export function spillFileOf(descriptor: number, folder: string): SpillFile {
  let end = 0;
  return {
    append(bytes) {
      for (let at = 0; at < bytes.length; )
        at += attempt(folder, () => writeSync(descriptor, bytes, at, bytes.length - at, end + at));
      end += bytes.length;
    },
    read(into, offset) {
      const length = Math.min(into.length, end - offset);
      for (let at = 0; at < length; ) {
        const read = attempt(folder, () => readSync(descriptor, into, at, length - at, offset + at));
        if (read === 0) throw new TemporaryFilesError(`a temporary file in ${folder} was cut off by someone else`);
        at += read;
      }
      return length;
    },
    close: () => closeSync(descriptor),
  };
}

function isGone(file: string): boolean {
  try {
    rmSync(file);
    return true;
  } catch {
    return false;
  }
}

function attempt<Result>(folder: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new TemporaryFilesError(`${whyNot(folder, cause)}: make room, or name another folder in TMPDIR`, { cause });
  }
}

function whyNot(folder: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return `no room is left for temporary files in ${folder}`;
  return `temporary files cannot be kept in ${folder} (${code ?? message})`;
}
