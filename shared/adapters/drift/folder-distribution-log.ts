import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DistributionLog } from '../../training/ports';
import { writeWholeFile } from '../files/whole-file';
import { beginsIn, DistributionSum, dayOf, daysBetween, partPath, partText } from './distribution-parts';

/** As long as the bucket of a deployment keeps them. */
const KEPT_MS = 35 * 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Distributions in a folder, a file of 3 KB a process and time, a folder a day. A day is removed 35 days later, by the first
 * part that a process adds to another day. Any number of processes may have it open.
 */
export function openFolderDistributionLog(folder: string): DistributionLog {
  let lastDay = '';
  return {
    async add(part, counted) {
      const file = partPath(part);
      await writeWholeFile(path.join(folder, file), partText(counted));
      const day = path.dirname(file);
      if (day !== lastDay) await removeBefore(folder, dayOf(part.from - KEPT_MS));
      lastDay = day;
    },
    async sumSince(models, from, until) {
      const sum = new DistributionSum(models);
      for (const day of daysBetween(from, until))
        for (const name of await namesIn(path.join(folder, day)))
          if (beginsIn(name, from, until)) sum.add(await readFile(path.join(folder, day, name), 'utf8'));
      return sum.sum;
    },
  };
}

async function removeBefore(folder: string, first: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (DAY.test(name) && name < first) await rm(path.join(folder, name), { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
