import { readFile, rm } from 'node:fs/promises';
import { nothingThere } from '../files/nothing-there';
import { writeWholeFile } from '../files/whole-file';
import type { LiveDocument } from './live-document';

export function openFileDocument(file: string): LiveDocument {
  return {
    name: file,
    read: () => readFile(file, 'utf8').catch(nothingThere(undefined)),
    write: (text) => writeWholeFile(file, text),
    remove: () => rm(file, { force: true }),
  };
}
