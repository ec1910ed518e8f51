import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openSettingsStore, type SettingsPlace, type SettingsStore } from '../../detection/settings-store';
import type { Settings } from '../../domain/settings';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { type FollowOptions, followDocument } from '../followed-document';
import { Again, withRetries } from '../with-retries';

export interface S3SettingsOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  readonly key?: string;
  /** For one call, retries included. */
  readonly timeoutMs?: number;
}

export interface S3InForceOptions
  extends S3SettingsOptions,
    Pick<FollowOptions<Settings>, 'clock' | 'onProblem'>,
    Partial<Pick<FollowOptions<Settings>, 'freshMs'>> {}

const DEFAULTS = {
  key: 'settings.json',
  freshMs: 60_000,
  timeoutMs: 3_000,
  attemptTimeoutMs: 1_500,
  concurrency: 2,
};
/** What is kept of earlier versions; functions never read it. */
const VERSIONS = 'settings-versions/';

/**
 * The settings document in a bucket, as it was at most a minute ago; without a document, the defaults. When a later look fails
 * or finds something that is no settings document, the last good one holds on.
 *
 * Rejects only when nothing was ever read: with a TransientFault, with AwsRefusal, or with a SettingsError that names what is wrong
 * in the document.
 */
export function createS3Settings(options: S3InForceOptions): () => Promise<Settings> {
  const { freshMs, clock, onProblem } = { ...DEFAULTS, ...options };
  const store = openSettingsStore(placeIn(options), { now: never });
  return followDocument({ look: async () => (await store.read()).settings, freshMs, clock, onProblem });
}

/**
 * Settings in a bucket, to be changed: `settings.json`, and each version that it had as `settings-versions/<n>.json`. Writes are
 * conditional, so that of two at one moment one is refused.
 *
 * @param now epoch milliseconds
 */
export function openS3SettingsStore(options: S3SettingsOptions, now: () => number): SettingsStore {
  return openSettingsStore(placeIn(options), { now });
}

function placeIn(options: S3SettingsOptions): SettingsPlace {
  const settings = { ...DEFAULTS, ...options };
  const { bucket, key } = settings;
  const where = `settings s3://${bucket}/${key}`;
  const client = new S3Client(awsClientConfig(settings));
  const calling = <Result>(call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'settings' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw nameOf(error) === CONFLICT ? new Again(`${where}: ${CONFLICT}`) : awsFault(error, where, timeoutMs);
      }),
    );
  const get = (name: string) =>
    calling(async (abortSignal) => {
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }), { abortSignal });
        return { text: await Body!.transformToString(), mark: ETag! };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  const put = (name: string, text: string, mark: string | undefined) =>
    calling(async (abortSignal) => {
      const condition = mark === undefined ? { IfNoneMatch: '*' } : { IfMatch: mark };
      const object = { Bucket: bucket, Key: name, Body: text, ContentType: 'application/json' };
      try {
        await client.send(new PutObjectCommand({ ...object, ...condition }), { abortSignal });
        return true;
      } catch (error) {
        if (LOST.includes(nameOf(error))) return false;
        throw error;
      }
    });
  return {
    where,
    current: () => get(key),
    replace: (text, mark) => put(key, text, mark),
    kept: async (version) => (await get(`${VERSIONS}${version}.json`))?.text,
    keep: async (version, text) => void (await put(`${VERSIONS}${version}.json`, text, undefined)),
    async keptVersions() {
      const versions: number[] = [];
      let token: string | undefined;
      do {
        const query = { Bucket: bucket, Prefix: VERSIONS, ContinuationToken: token };
        const { Contents = [], NextContinuationToken } = await calling((abortSignal) =>
          client.send(new ListObjectsV2Command(query), { abortSignal }),
        );
        for (const { Key = '' } of Contents) {
          const [, number] = /\/(\d{1,9})\.json$/.exec(Key) ?? [];
          if (number !== undefined) versions.push(Number(number));
        }
        token = NextContinuationToken;
      } while (token !== undefined);
      return versions;
    },
    close: async () => client.destroy(),
  };
}

/** Another conditional write of the same object is under way; S3 asks to try again. */
const CONFLICT = 'ConditionalRequestConflict';
/** The object is another one by now, or (If-Match) there is none. */
const LOST: readonly string[] = ['PreconditionFailed', 'NoSuchKey'];

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Functions read. */
function never(): number {
  throw new Error('settings are not changed by who only reads them');
}
