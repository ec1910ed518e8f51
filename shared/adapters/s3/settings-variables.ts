import { z } from 'zod';
import type { Settings } from '../../domain/settings';
import { CHALLENGER_FILE, type Shadow } from '../../training/shadow';
import { followShadow } from '../live/followed-shadow';
import { openS3Document } from '../live/s3-document';
import type { Telemetry } from '../powertools/telemetry';
import { createS3Settings } from './s3-settings';

/** What a deployed function's environment says of where the settings document is. */
export const SettingsVariables = {
  /** Holds `settings.json`; without that, defaults. And `challenger.json`; without that, no challenger. */
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

/** A challenger is tried, or gone, so much later at most. */
const CHALLENGER_FRESH_MS = 60_000;

/** The challenger beside the champion, to be asked for at each batch. Never rejects; a look that fails is told. */
export function openChallenger(
  { AWS_REGION: region, SETTINGS_BUCKET: bucket }: Variables,
  { clock, problem }: Pick<Telemetry, 'clock' | 'problem'>,
): () => Promise<Shadow | undefined> {
  const document = openS3Document({
    ...{ region, bucket, key: CHALLENGER_FILE },
    // A batch waits for it, once a minute: its points are stored by then, its shard's next ones are not.
    ...{ timeoutMs: 1_000, attemptTimeoutMs: 500 },
  });
  return followShadow({
    document,
    freshMs: CHALLENGER_FRESH_MS,
    clock,
    onProblem: (error) => problem('challenger', error),
  });
}
