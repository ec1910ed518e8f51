import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import type { ObjectPlace } from '../object-place';
import { withRetries } from '../with-retries';

export interface S3PlaceOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { timeoutMs: 10_000, attemptTimeoutMs: 5_000, concurrency: 4 };

/** A bucket. Calls reject with a TransientFault when it does not answer in time, and with AwsRefusal when it refuses. */
export function createS3Place(options: S3PlaceOptions): ObjectPlace {
  const settings = { ...DEFAULTS, ...options };
  const { bucket } = settings;
  const client = new S3Client(awsClientConfig(settings));
  const calling = <Result>(call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'quarantine' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw awsFault(error, `bucket ${bucket}`, timeoutMs);
      }),
    );
  return {
    name: `s3://${bucket}`,
    async *keys(prefix, from) {
      // S3 begins behind the key that it is told.
      const start = from === undefined ? {} : { StartAfter: from.slice(0, -1) };
      let token: string | undefined;
      do {
        const input = {
          Bucket: bucket,
          Prefix: prefix,
          ContinuationToken: token,
          ...(token === undefined ? start : {}),
        };
        const page = await calling((abortSignal) => client.send(new ListObjectsV2Command(input), { abortSignal }));
        for (const { Key } of page.Contents ?? []) if (Key! >= (from ?? '')) yield Key!;
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    async *lines(key) {
      const text = await calling(async (abortSignal) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
        return Body!.transformToString();
      });
      yield* text.split('\n');
    },
    async put(key, text) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: text,
        ContentType: 'application/x-ndjson',
      });
      await calling((abortSignal) => client.send(command, { abortSignal }));
    },
    close: () => client.destroy(),
  };
}
