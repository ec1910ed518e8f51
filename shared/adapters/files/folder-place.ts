import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ObjectPlace } from '../object-place';

/** Files below a folder; keys are paths with `/`. Begun files, which end in `.draft`, are nobody's. */
export function openFolderPlace(root: string): ObjectPlace {
  async function* below(folder: string): AsyncGenerator<string> {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(missingIsEmpty);
    const named = entries.map((entry) => ({ entry, key: folder === '' ? entry.name : `${folder}/${entry.name}` }));
    for (const { entry, key } of named.sort((a, b) => (a.key < b.key ? -1 : 1))) {
      if (entry.isDirectory()) yield* below(key);
      else if (!key.endsWith('.draft')) yield key;
    }
  }
  return {
    name: root,
    async *keys(prefix, from = prefix) {
      // A prefix ends at a folder.
      for await (const key of below(prefix.replace(/\/$/, ''))) if (key >= from) yield key;
    },
    lines: (key) => createInterface({ input: createReadStream(join(root, key)), crlfDelay: Number.POSITIVE_INFINITY }),
    async put(key, text) {
      const file = join(root, key);
      await mkdir(dirname(file), { recursive: true });
      const handle = await open(`${file}.draft`, 'w');
      try {
        await handle.writeFile(text);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.draft`, file);
    },
    close: () => undefined,
  };
}

function missingIsEmpty(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
