import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { followDocument } from '../../../shared/adapters/followed-document';
import { openSettingsStore, type SettingsPlace, type SettingsStore } from '../../../shared/detection/settings-store';
import type { Settings } from '../../../shared/domain/settings';
import type { DataFolder } from '../live/data-folder';
import { LogUnusable } from '../stream/log/errors';
import { errorCode, replaceFile } from '../stream/log/files';
import { lockFolder } from '../stream/log/lock';
import { readGivenSettings } from './given-settings';

type Files = Pick<DataFolder, 'settingsFile' | 'settingsVersions' | 'givenSettingsFile'>;

/** How long a running path uses what it read. */
const FRESH_MS = 1_000;
/** Another process writes for milliseconds. */
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 50;

/**
 * Settings of a data folder, to be changed: `settings.json`, over what the run was started with, and each version that it had as
 * `settings-versions/<n>.json`. Files appear whole or not at all; one process writes at a time.
 *
 * @param now epoch milliseconds
 */
export function openFolderSettings(files: Files, now: () => number): SettingsStore {
  return openSettingsStore(placeIn(files), { base: readGivenSettings(files.givenSettingsFile), now });
}

/**
 * The settings that hold for a run, as they were a second ago.
 *
 * @param base what the command line says: the document, if there is one, stands over it
 */
export function folderSettingsInForce(
  files: Files,
  base: Settings,
  watch: { readonly clock: () => number; readonly onProblem: (error: unknown) => void },
): () => Promise<Settings> {
  const { read } = openSettingsStore(placeIn(files), { base, now: Date.now });
  return followDocument({ look: async () => (await read()).settings, freshMs: FRESH_MS, ...watch });
}

function placeIn({ settingsFile, settingsVersions }: Files): SettingsPlace {
  const fileOf = (version: number) => join(settingsVersions, `${version}.json`);
  const current = async () => {
    const text = await textOf(settingsFile);
    return text === undefined ? undefined : { text, mark: createHash('sha256').update(text).digest('hex') };
  };
  return {
    where: settingsFile,
    current,
    replace: (text, mark) =>
      locked(settingsVersions, async () => {
        if ((await current())?.mark !== mark) return false;
        await replaceFile(settingsFile, text);
        return true;
      }),
    kept: (version) => textOf(fileOf(version)),
    keep: (version, text) =>
      locked(settingsVersions, async () => {
        if ((await textOf(fileOf(version))) === undefined) await replaceFile(fileOf(version), text);
      }),
    async keptVersions() {
      const names = await readdir(settingsVersions).catch(ifMissing<string[]>([]));
      return names.flatMap((name) => Number(/^(\d{1,9})\.json$/.exec(name)?.[1] ?? []));
    },
    close: async () => undefined,
  };
}

async function locked<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(folder, { recursive: true });
  const unlock = await lockOf(folder);
  try {
    return await work();
  } finally {
    await unlock();
  }
}

async function lockOf(folder: string): Promise<() => Promise<void>> {
  for (let tries = 1; ; tries++) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      if (!(error instanceof LogUnusable) || tries === LOCK_TRIES) throw error;
      await pause(LOCK_PAUSE_MS);
    }
  }
}

function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(ifMissing(undefined));
}

function ifMissing<T>(value: T) {
  return (error: unknown): T => {
    if (errorCode(error) === 'ENOENT') return value;
    throw error;
  };
}
