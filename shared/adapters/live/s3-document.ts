import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { withRetries } from '../with-retries';
import type { LiveDocument } from './live-document';

export interface S3DocumentOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { timeoutMs: 10_000, attemptTimeoutMs: 3_000, concurrency: 2 };

export function openS3Document(options: S3DocumentOptions): LiveDocument & { close(): void } {
  const settings = { ...DEFAULTS, ...options };
  const { bucket: Bucket, key: Key } = settings;
  const name = `s3://${Bucket}/${Key}`;
  const client = new S3Client(awsClientConfig(settings));
  const calling = <Result>(call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'live document' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw awsFault(error, name, timeoutMs);
      }),
    );
  return {
    name,
    read: () =>
      calling(async (abortSignal) => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
          return await Body!.transformToString();
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
    async write(text) {
      const command = new PutObjectCommand({ Bucket, Key, Body: text, ContentType: 'application/json' });
      await calling((abortSignal) => client.send(command, { abortSignal }));
    },
    async remove() {
      await calling((abortSignal) => client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal }));
    },
    close: () => client.destroy(),
  };
}
