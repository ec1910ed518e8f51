import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { SettingsStore } from '../../../shared/detection/settings-store';
import { openDataFolder } from '../../local/live/data-folder';
import { openFolderSettings } from '../../local/settings/settings-folder';
import { UsageError } from '../exit-codes';

/** Where the settings document lies: a run's folder, or a bucket of a deployment. */
export interface SettingsWhere {
  readonly data?: string;
  readonly bucket?: string;
}

export function withSettingsWhere(command: Command): Command {
  return command
    .option('-d, --data <folder>', 'the folder of a run on this machine (default: .tidewatch/demo)')
    .option('--bucket <name>', 'in place of a folder: the settings bucket of a deployment (or SETTINGS_BUCKET)');
}

export const SETTINGS_WHERE_HELP = `
Environment:
  SETTINGS_BUCKET  the bucket of a deployment's settings; AWS_REGION and credentials as for any AWS program
`;

export async function withSettings<Result>(
  flags: SettingsWhere,
  work: (store: SettingsStore) => Promise<Result>,
): Promise<Result> {
  const store = await openSettings(flags);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function openSettings(flags: SettingsWhere): Promise<SettingsStore> {
  const bucket = bucketOf(flags);
  if (bucket === undefined) return openFolderSettings(openDataFolder(existingFolder(flags)), Date.now);
  const region = process.env['AWS_REGION'];
  if (!region) throw new UsageError('AWS_REGION must say where the bucket is');
  const { openS3SettingsStore } = await import('../../../shared/adapters/s3/s3-settings');
  // A person waits longer than a function may.
  return openS3SettingsStore({ region, bucket, timeoutMs: 15_000, attemptTimeoutMs: 5_000 }, Date.now);
}

/** Undefined: a folder on this machine is meant. */
export function bucketOf({ data, bucket }: SettingsWhere): string | undefined {
  if (data !== undefined && bucket !== undefined) throw new UsageError('--data and --bucket exclude each other');
  return (bucket ?? (data === undefined ? process.env['SETTINGS_BUCKET'] : undefined)) || undefined;
}

/** A folder that is mistyped must not look like one that has no settings. */
export function existingFolder({ data }: SettingsWhere): string {
  const folder = data ?? join('.tidewatch', 'demo');
  if (!existsSync(folder))
    throw new UsageError(`${folder} is not there: start a run on it (tidewatch start), or name another with --data`);
  return folder;
}
