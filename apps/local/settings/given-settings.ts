import { readFileSync, writeFileSync } from 'node:fs';
import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../../shared/domain/settings';

/**
 * What a run was started with, kept in its folder so that other programs judge its past by it. A file that cannot be read, as one of an
 * earlier version, is none.
 */
export function readGivenSettings(file: string): Settings {
  try {
    return SettingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return DEFAULT_SETTINGS;
  }
}

export function keepGivenSettings(file: string, settings: Settings): void {
  writeFileSync(file, `${JSON.stringify(settings)}\n`);
}
