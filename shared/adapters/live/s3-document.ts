import type { AwsClientOptions } from '../aws/aws-client';
import { openS3Objects } from '../s3/s3-objects';
import type { LiveDocument } from './live-document';

export interface S3DocumentOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { part: 'live document', timeoutMs: 10_000, attemptTimeoutMs: 3_000, concurrency: 2 };

export function openS3Document({ key, ...options }: S3DocumentOptions): LiveDocument & { close(): void } {
  const objects = openS3Objects({ ...DEFAULTS, ...options });
  return {
    name: objects.nameOf(key),
    read: async () => (await objects.get(key))?.content.toString(),
    write: (text) => objects.put(key, text),
    remove: () => objects.remove(key),
    close: objects.close,
  };
}
