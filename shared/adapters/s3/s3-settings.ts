import { openSettingsStore, type SettingsPlace, type SettingsStore } from '../../detection/settings-store';
import type { Settings } from '../../domain/settings';
import type { AwsClientOptions } from '../aws/aws-client';
import { type FollowOptions, followDocument } from '../followed-document';
import { openS3Objects } from './s3-objects';

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
  part: 'settings',
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
  const { key, ...settings } = { ...DEFAULTS, ...options };
  const where = `settings s3://${settings.bucket}/${key}`;
  const objects = openS3Objects({ ...settings, nameOf: () => where });
  const get = async (name: string) => {
    const found = await objects.get(name);
    return found && { text: found.content.toString(), mark: found.mark };
  };
  const versionName = (version: number) => `${VERSIONS}${version}.json`;
  return {
    where,
    current: () => get(key),
    replace: (text, mark) => objects.replace(key, text, mark),
    kept: async (version) => (await get(versionName(version)))?.text,
    keep: async (version, text) => void (await objects.replace(versionName(version), text, undefined)),
    keptVersions: async () =>
      (await objects.keys(VERSIONS)).flatMap((name) => {
        const [, number] = /\/(\d{1,9})\.json$/.exec(name) ?? [];
        return number === undefined ? [] : [Number(number)];
      }),
    close: async () => objects.close(),
  };
}

/** Functions read. */
function never(): number {
  throw new Error('settings are not changed by who only reads them');
}
