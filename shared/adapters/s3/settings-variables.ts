import { z } from 'zod';
import type { Settings } from '../../domain/settings';
import type { Telemetry } from '../powertools/telemetry';
import { createS3Settings } from './s3-settings';

/** What a deployed function's environment says of where the settings document is. */
export const SettingsVariables = {
  /** Holds `settings.json`; without that, defaults. */
  SETTINGS_BUCKET: z.string(),
} as const;

interface Variables {
  readonly AWS_REGION: string;
  readonly SETTINGS_BUCKET: string;
}

/** The settings in force, to be asked for at each call; a look that fails is told. */
export function openSettings(
  { AWS_REGION: region, SETTINGS_BUCKET: bucket }: Variables,
  { clock, problem }: Pick<Telemetry, 'clock' | 'problem'>,
): () => Promise<Settings> {
  return createS3Settings({ region, bucket, clock, onProblem: (error) => problem('settings', error) });
}
