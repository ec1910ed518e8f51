import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Quarantine, TransientFault } from '../../detection/ports';
import type { QuarantineObject } from '../../domain/rows';
import { byDay } from '../quarantine-lines';
import { createTurns, type InTurn } from './in-turn';

export interface QuarantineFolderOptions {
  /** Once a day's file has this many bytes, objects of that day are kept without their bodies. */
  readonly dayBytesMax?: number;
}

const DAY_BYTES_MAX = 256 * 1024 * 1024;
/** Ids remembered so that a record delivered again is not written again; readers show each id once in any case. */
const RECENT_IDS_MAX = 20_000;
const NEWLINE = 0x0a;

/**
 * Quarantined records as NDJSON, one file for each day of arrival (UTC), an object a line: readable with `less` and `jq`.
 * A put is one append and one sync a day's file; a line that a crash has cut is ended by the next put and left out by
 * who reads it (openQuarantineArchive).
 */
export function openQuarantineFolder(folder: string, options: QuarantineFolderOptions = {}): Quarantine {
  const inTurn: InTurn = createTurns();
  const recent = new Set<string>();
  const dayBytesMax = options.dayBytesMax ?? DAY_BYTES_MAX;
  return {
    put: (objects) =>
      inTurn(async () => {
        const fresh = new Map(objects.filter(({ id }) => !recent.has(id)).map((object) => [object.id, object]));
        try {
          for (const [day, ofDay] of byDay(fresh.values())) await append(folder, day, ofDay, dayBytesMax);
        } catch (cause) {
          const message = cause instanceof Error ? cause.message : String(cause);
          throw new TransientFault('quarantine', message, { cause });
        }
        for (const id of fresh.keys()) recent.add(id);
        for (const oldest of recent) {
          if (recent.size <= RECENT_IDS_MAX) break;
          recent.delete(oldest);
        }
      }),
  };
}

async function append(folder: string, day: string, objects: readonly QuarantineObject[], dayBytesMax: number) {
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, `${day}.ndjson`), 'a+');
  try {
    const { size } = await file.stat();
    let text = (await endsInMiddleOfLine(file, size)) ? '\n' : '';
    for (const object of objects) {
      const full = size + text.length >= dayBytesMax;
      text += `${JSON.stringify(full ? { ...object, body: '', truncated: true } : object)}\n`;
    }
    await file.appendFile(text);
    await file.datasync();
    if (size === 0) await syncFolder(folder);
  } finally {
    await file.close();
  }
}

async function endsInMiddleOfLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}

/** A new file is durable once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
