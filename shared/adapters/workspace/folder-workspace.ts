import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RunSchema } from '../../training/plan';
import type { TrainingWorkspace } from '../../training/ports';
import { nothingThere } from '../files/nothing-there';
import { writeWholeFile } from '../files/whole-file';

/** Documents of training runs in a folder: `<folder>/<run>/<name>`. Any number of processes may have it open. */
export function openFolderWorkspace(folder: string): TrainingWorkspace {
  const at = (run: string, name: string) => path.join(folder, RunSchema.parse(run), name);
  return {
    read: (run, name) => readFile(at(run, name)).catch(nothingThere(undefined)),
    write: (run, name, content) => writeWholeFile(at(run, name), content),
    async runs() {
      const entries = await readdir(folder, { withFileTypes: true }).catch(nothingThere([]));
      return entries
        .filter((entry) => entry.isDirectory() && RunSchema.safeParse(entry.name).success)
        .map(({ name }) => name)
        .sort();
    },
  };
}
