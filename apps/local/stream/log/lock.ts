import { readFileSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LogUnusable } from './errors';
import { errorCode } from './files';

/** Locks of this process: its own pid in a file that is not among them was left by an earlier process of the same number. */
const held = new Set<string>();

/**
 * Takes a folder for this process; two writers would destroy each other's work. A lock left by a process that is gone is taken over.
 *
 * @returns gives the folder back
 * @throws {LogUnusable} if a running process holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  if (held.has(path)) throw new LogUnusable(`${folder} is open in this process already`);
  held.add(path);
  try {
    await take(path);
  } catch (error) {
    held.delete(path);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    held.delete(path);
  };
}

async function take(path: string): Promise<void> {
  const own = processIdentity(process.pid);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, own);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      // A link appears with its content and fails if the name is there: no one reads half a lock.
      const taken = await link(draft, path).then(
        () => true,
        (error: unknown) => {
          if (errorCode(error) === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return;
      const owner = await readFile(path, 'utf8').catch(() => '');
      if (owner !== own && isRunning(owner))
        throw new LogUnusable(`the log is in use by process ${owner.split(' ')[0]} (${path})`);
      await rm(path, { force: true });
    }
    throw new LogUnusable(`${path} cannot be taken`);
  } finally {
    await rm(draft, { force: true });
  }
}

function isRunning(owner: string): boolean {
  const pid = Number(owner.split(' ')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  return processIdentity(pid) === owner;
}

/** Process number and, where the system tells it, the moment it began: numbers are used again. */
export function processIdentity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold spaces; the start time is the 22nd field, the 20th after it.
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid}`;
  }
}
