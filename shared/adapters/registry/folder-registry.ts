import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ModelArtifactSchema } from '../../detection/weighted-model';
import { type KeptDocuments, type ModelRegistry, type RegisteredModel, RegistryError } from '../../training/ports';
import { nothingThere } from '../files/nothing-there';
import { syncFolder, writeWholeFile } from '../files/whole-file';
import { CHAMPIONS_KEPT, type Champions } from './champions';
import {
  FILES,
  firstOfEachRun,
  jsonDocument,
  parsedDocument,
  RecordSchema,
  refuseName,
  refuseUnfit,
  schemaDocument,
} from './kept-model';
import { openLiveModelFile } from './live-model-file';

const ChampionsSchema = z.object({ champions: z.array(z.number().int().min(1).nullable()) });
const ChallengerSchema = z.object({ challenger: z.number().int().min(1).nullable() });

/** The live-model pointer, beside the versions: what a model server that follows the folder scores with. */
export const LIVE_FILE = 'live.json';

const VERSION_FOLDER = /^version-(\d{1,9})$/;

/**
 * Models in a folder: `version-1/model.json` (model and record), the run's documents beside it, …, and `live.json`, which holds
 * the champion's artifact whole, so that it never points at what is not there. Files and versions appear by renaming, whole or
 * not at all. One process promotes at a time; any number may register and read.
 */
export function openFolderRegistry(folder: string): ModelRegistry {
  const at = (...names: string[]) => path.join(folder, ...names);
  const live = openLiveModelFile(at(LIVE_FILE));
  const { versions, read, ofRun } = versionsIn(folder);

  const champions = async (): Promise<Champions> =>
    (await readKept(ChampionsSchema, at('champions.json')))?.champions ?? [];
  const challenger = async (): Promise<number | null> =>
    (await readKept(ChallengerSchema, at('challenger-version.json')))?.challenger ?? null;

  const setChampions = async (next: Champions): Promise<void> => {
    const champion = next.at(-1) ?? null;
    const artifact = champion === null ? null : (await read(champion)).artifact;
    if (champion !== null && (await challenger()) === champion) await setChallenger(null);
    // Killed in between, the pointer is behind: the next promotion or rollback writes it anew.
    await writeWholeFile(at('champions.json'), jsonDocument({ champions: next.slice(-CHAMPIONS_KEPT) }));
    await live.write({ registryVersion: champion, model: artifact });
  };
  const setChallenger = (version: number | null) =>
    writeWholeFile(at('challenger-version.json'), jsonDocument({ challenger: version }));

  return {
    async register(artifact, record, documents = {}) {
      refuseUnfit(artifact, record, documents);
      const known = await ofRun(record.run);
      if (known !== undefined) return known;
      const model = jsonDocument({ artifact, record });
      await putVersion(folder, versions, { ...documents, [FILES.model]: model, [FILES.schema]: schemaDocument() });
      // Another one may have registered the run meanwhile: the first counts.
      return (await ofRun(record.run))!;
    },
    list: async () => firstOfEachRun(await Promise.all((await versions()).map(read)), ({ record }) => record.run),
    read,
    async document(version, name) {
      refuseName(name);
      await read(version);
      return readFile(at(`version-${version}`, name)).catch(nothingThere(undefined));
    },
    place: (version) => path.resolve(folder, `version-${version}`),
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
    async challenger() {
      const version = await challenger();
      return version === null || version === (await champions()).at(-1) ? undefined : version;
    },
    async challenge(version) {
      if (version !== undefined) await read(version);
      await setChallenger(version ?? null);
    },
  };
}

function versionsIn(folder: string) {
  const versions = async (): Promise<number[]> => {
    const names = await readdir(folder).catch(nothingThere<string[]>([]));
    return names
      .map((name) => Number(VERSION_FOLDER.exec(name)?.[1] ?? Number.NaN))
      .filter((version) => version >= 1)
      .sort((a, b) => a - b);
  };
  const read = async (version: number): Promise<RegisteredModel> => {
    const file = path.join(folder, `version-${version}`, FILES.model);
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'ENOENT' ? `there is no model version ${version}` : `cannot read ${file}: ${cause.message}`;
      throw new RegistryError(why, { cause });
    });
    return { version, ...parsedDocument(versionSchema(version), text, file) };
  };
  /** What cannot be read is in nobody's way here; whoever lists is told. */
  const ofRun = async (run: string): Promise<RegisteredModel | undefined> => {
    for (const version of await versions()) {
      const model = await read(version).catch(() => undefined);
      if (model?.record.run === run) return model;
    }
    return undefined;
  };
  return { versions, read, ofRun };
}

/** A version that was kept before runs had ids counts as a run of its own, named after its folder. */
function versionSchema(version: number) {
  const run = RecordSchema.shape.run.default(`version-${version}`);
  return z.object({ artifact: ModelArtifactSchema, record: RecordSchema.extend({ run }) });
}

/** Writes the files beside all versions, then takes the next free version's name for them. */
async function putVersion(folder: string, versions: () => Promise<number[]>, files: KeptDocuments): Promise<void> {
  await mkdir(folder, { recursive: true });
  const beside = path.join(folder, `.new-${randomBytes(6).toString('hex')}`);
  try {
    for (const [name, content] of Object.entries(files)) await writeWholeFile(path.join(beside, name), content);
    for (let version = ((await versions()).at(-1) ?? 0) + 1; ; version++) {
      if (await taken(beside, path.join(folder, `version-${version}`))) break;
    }
    await syncFolder(folder);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
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

async function readKept<T>(schema: z.ZodType<T>, file: string): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch(nothingThere(undefined));
  return text === undefined ? undefined : parsedDocument(schema, text, file);
}
