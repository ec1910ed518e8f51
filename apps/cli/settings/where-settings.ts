import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { SettingsStore } from '../../../shared/detection/settings-store';
import { openDataFolder } from '../../local/live/data-folder';
import { openFolderSettings } from '../../local/settings/settings-folder';
import { closedAfter, type PlaceFlags, placeHelp, placeName, placeRegion, withPlace } from '../deployed-place';
import { UsageError } from '../exit-codes';

const BUCKET = {
  flag: 'bucket',
  variable: 'SETTINGS_BUCKET',
  words: 'the settings bucket of a deployment',
} as const;

/** Where the settings document lies: a run's folder, or a bucket of a deployment. */
export type SettingsWhere = PlaceFlags<'bucket'>;

export const withSettingsWhere = (command: Command) => withPlace(command, BUCKET);
export const SETTINGS_WHERE_HELP = placeHelp(BUCKET);

export async function withSettings<Result>(
  flags: SettingsWhere,
  work: (store: SettingsStore) => Promise<Result>,
): Promise<Result> {
  return closedAfter(await openSettings(flags), work);
}

async function openSettings(flags: SettingsWhere): Promise<SettingsStore> {
  const bucket = bucketOf(flags);
  if (bucket === undefined) return openFolderSettings(openDataFolder(existingFolder(flags)), Date.now);
  const region = placeRegion(BUCKET);
  const { openS3SettingsStore } = await import('../../../shared/adapters/s3/s3-settings');
  // A person waits longer than a function may.
  return openS3SettingsStore({ region, bucket, timeoutMs: 15_000, attemptTimeoutMs: 5_000 }, Date.now);
}

/** Undefined: a folder on this machine is meant. */
export const bucketOf = (flags: SettingsWhere) => placeName(BUCKET, flags);

/** A folder that is mistyped must not look like one that has no settings. */
export function existingFolder({ data }: SettingsWhere): string {
  const folder = data ?? join('.tidewatch', 'demo');
  if (!existsSync(folder))
    throw new UsageError(`${folder} is not there: start a run on it (tidewatch start), or name another with --data`);
  return folder;
}
