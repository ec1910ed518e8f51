import { readFile, rm } from 'node:fs/promises';
import { writeWholeFile } from '../files/whole-file';
import type { LiveDocument } from './live-document';

export function openFileDocument(file: string): LiveDocument {
  return {
    name: file,
    read: () =>
      readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    write: (text) => writeWholeFile(file, text),
    remove: () => rm(file, { force: true }),
  };
}
