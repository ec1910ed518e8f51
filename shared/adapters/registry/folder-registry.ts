import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import { type ModelRegistry, type RegisteredModel, RegistryError } from '../../training/ports';

const RecordSchema = z.object({
  trainedAt: z.number(),
  parameters: z.record(z.string(), z.union([z.number(), z.string()])),
  metrics: z.record(z.string(), z.number()),
  dataset: z.string(),
  promoted: z.boolean(),
  reasons: z.array(z.string()),
});
const VersionSchema = z.object({ artifact: ModelArtifactSchema, record: RecordSchema });

/** `null` stands for the built-in model; the last one is the champion. */
const ChampionsSchema = z.object({ champions: z.array(z.number().int().min(1).nullable()) });

/** The live-model pointer, beside the versions: what a model server that follows the folder scores with. */
export const LIVE_FILE = 'live.json';

const VERSION_FOLDER = /^version-(\d{1,9})$/;
/** How many champions back a rollback can go. */
const CHAMPIONS_KEPT = 100;

/**
 * Models in a folder: `version-1/model.json`, …, and `live.json`, which holds the champion's artifact whole, so that it
 * never points at what is not there. Files appear by renaming, whole or not at all. One process promotes at a time; any
 * number may register and read.
 */
export function openFolderRegistry(folder: string): ModelRegistry {
  const at = (...names: string[]) => path.join(folder, ...names);

  const versions = async (): Promise<number[]> => {
    const names = await readdir(folder).catch(nothingThere<string[]>([]));
    return names
      .map((name) => Number(VERSION_FOLDER.exec(name)?.[1] ?? Number.NaN))
      .filter((version) => version >= 1)
      .sort((a, b) => a - b);
  };

  const read = async (version: number): Promise<RegisteredModel> => {
    const file = at(`version-${version}`, 'model.json');
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'ENOENT' ? `there is no model version ${version}` : `cannot read ${file}: ${cause.message}`;
      throw new RegistryError(why, { cause });
    });
    return { version, ...parsed(VersionSchema, text, file) };
  };

  const champions = async (): Promise<readonly (number | null)[]> => {
    const file = at('champions.json');
    const text = await readFile(file, 'utf8').catch(nothingThere(undefined));
    return text === undefined ? [] : parsed(ChampionsSchema, text, file).champions;
  };

  const setChampions = async (next: readonly (number | null)[]): Promise<void> => {
    const champion = next.at(-1) ?? null;
    const artifact = champion === null ? null : (await read(champion)).artifact;
    await mkdir(folder, { recursive: true });
    // Killed in between, the pointer is behind: the next promotion or rollback writes it anew.
    await replace(at('champions.json'), { champions: next.slice(-CHAMPIONS_KEPT) });
    await replace(at(LIVE_FILE), { registryVersion: champion, model: artifact });
  };

  return {
    async register(artifact, record) {
      await mkdir(folder, { recursive: true });
      const beside = at(`.new-${randomBytes(6).toString('hex')}`);
      try {
        await mkdir(beside);
        await writeDurably(path.join(beside, 'model.json'), { artifact, record });
        for (let version = ((await versions()).at(-1) ?? 0) + 1; ; version++) {
          if (await taken(beside, at(`version-${version}`))) return { version, artifact, record };
        }
      } finally {
        await rm(beside, { recursive: true, force: true });
      }
    },
    list: async () => Promise.all((await versions()).map(read)),
    champion: async () => (await champions()).at(-1) ?? undefined,
    async promote(version) {
      await setChampions([...(await champions()), version ?? null]);
    },
    async rollback() {
      const before = await champions();
      if (before.length === 0) throw new RegistryError('no model was promoted yet: the built-in model is champion');
      const next = before.slice(0, -1);
      await setChampions(next);
      return next.at(-1) ?? undefined;
    },
  };
}

/** Takes a version's name for a folder; false if another one has it. A folder that holds something is never replaced. */
async function taken(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

async function replace(file: string, content: unknown): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeDurably(beside, content);
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
}

async function writeDurably(file: string, content: unknown): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function nothingThere<T>(value: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

function parsed<T>(schema: z.ZodType<T>, text: string, file: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RegistryError(`${file} is not JSON`, { cause });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RegistryError(`${file} is none of ours: ${issue?.path.join('.')}: ${issue?.message}`);
}
