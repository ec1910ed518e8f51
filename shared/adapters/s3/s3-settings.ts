import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../domain/settings';
import { type FollowOptions, followDocument } from '../followed-document';
import { jsonOf } from '../json-of';
import { openS3Document, type S3DocumentOptions } from '../live/s3-document';

export interface S3SettingsOptions
  extends Omit<S3DocumentOptions, 'key'>,
    Pick<FollowOptions<Settings>, 'clock' | 'onProblem'> {
  readonly key?: string;
  /** How long a document that was read is used before it is looked for again. */
  readonly freshMs?: number;
}

const DEFAULTS = { key: 'settings.json', freshMs: 60_000, timeoutMs: 3_000, attemptTimeoutMs: 1_500 };

/**
 * The settings document in a bucket, as it was at most a minute ago; without a document, the defaults. When a later look fails
 * or finds something that is no settings document, the last good one holds on.
 *
 * Rejects only when nothing was ever read: with a TransientFault, with AwsRefusal, or with an Error that names what is wrong
 * in the document.
 */
export function createS3Settings(options: S3SettingsOptions): () => Promise<Settings> {
  const settings = { ...DEFAULTS, ...options };
  const { name, read } = openS3Document(settings);
  return followDocument({ ...settings, look: async () => settingsOf(await read(), `settings ${name}`) });
}

function settingsOf(text: string | undefined, where: string): Settings {
  if (text === undefined) return DEFAULT_SETTINGS;
  const parsed = SettingsSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${where}: ${problems.join('; ')}`);
}
