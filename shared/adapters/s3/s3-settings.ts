import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../domain/settings';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { withRetries } from '../with-retries';

export interface S3SettingsOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  readonly key?: string;
  /** How long a document that was read is used before it is looked for again. */
  readonly freshMs?: number;
  /** For one look, retries included. */
  readonly timeoutMs?: number;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Told of a look that failed while an older document is used on. */
  readonly onProblem: (error: unknown) => void;
}

const DEFAULTS = {
  key: 'settings.json',
  freshMs: 60_000,
  timeoutMs: 3_000,
  attemptTimeoutMs: 1_500,
  concurrency: 2,
};

/**
 * The settings document in a bucket, as it was at most a minute ago; without a document, the defaults. When a later look fails
 * or finds something that is no settings document, the last good one holds on.
 *
 * Rejects only when nothing was ever read: with a TransientFault, with AwsRefusal, or with an Error that names what is wrong
 * in the document.
 */
export function createS3Settings(options: S3SettingsOptions): () => Promise<Settings> {
  const settings = { ...DEFAULTS, ...options };
  const { clock, freshMs, onProblem } = settings;
  const client = new S3Client(awsClientConfig(settings));
  let known: Settings | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let looking: Promise<Settings> | undefined;
  const look = async () => {
    try {
      known = await documentOf(client, settings);
    } catch (error) {
      if (known === undefined) throw error;
      onProblem(error);
    }
    freshUntil = clock() + freshMs;
    return known;
  };
  return async () => {
    if (known !== undefined && clock() < freshUntil) return known;
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

async function documentOf(client: S3Client, settings: S3SettingsOptions & typeof DEFAULTS): Promise<Settings> {
  const { bucket, key } = settings;
  const where = `settings s3://${bucket}/${key}`;
  const text = await withRetries({ ...settings, part: 'settings' }, async (timeoutMs) => {
    try {
      const abortSignal = AbortSignal.timeout(timeoutMs);
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
      return await Body!.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw awsFault(error, where, timeoutMs);
    }
  });
  if (text === undefined) return DEFAULT_SETTINGS;
  const parsed = SettingsSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${where}: ${problems.join('; ')}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
