import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Quarantine } from '../../detection/ports';
import type { QuarantineObject } from '../../domain/rows';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { byDay, quarantineObjectOf } from '../quarantine-lines';
import { withRetries } from '../with-retries';

export interface S3QuarantineOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  /** What keys begin with. */
  readonly prefix?: string;
  /** For one put or page, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

export interface S3Quarantine extends Quarantine {
  /** What is in quarantine, by day of arrival, each id once. Memory grows with the ids of one day. */
  read(): AsyncGenerator<QuarantineObject>;
  close(): void;
}

const DEFAULTS = { prefix: 'quarantine/', timeoutMs: 10_000, attemptTimeoutMs: 5_000, concurrency: 4 };

/**
 * Quarantined records in a bucket: a put is one file of NDJSON for each day of arrival, `quarantine/2026-11-22/<hash>.ndjson`.
 * The hash is that of the ids within, so the same put again replaces its file; an id that came with others the second time is
 * in two files, and readers show it once.
 */
export function createS3Quarantine(options: S3QuarantineOptions): S3Quarantine {
  const settings = { ...DEFAULTS, ...options };
  const { bucket, prefix } = settings;
  const client = new S3Client(awsClientConfig(settings));
  const calling = <Result>(call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'quarantine' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw awsFault(error, `bucket ${bucket}`, timeoutMs);
      }),
    );
  const page = (ContinuationToken: string | undefined) =>
    calling((abortSignal) =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }), { abortSignal }),
    );
  const text = (Key: string) =>
    calling(async (abortSignal) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }), { abortSignal });
      return Body!.transformToString();
    });
  return {
    async put(objects) {
      const unique = new Map(objects.map((object) => [object.id, object]));
      for (const [day, ofDay] of byDay(unique.values())) {
        const command = new PutObjectCommand({
          Bucket: bucket,
          Key: `${prefix}${day}/${nameOf(ofDay)}.ndjson`,
          Body: ofDay.map((object) => `${JSON.stringify(object)}\n`).join(''),
          ContentType: 'application/x-ndjson',
        });
        await calling((abortSignal) => client.send(command, { abortSignal }));
      }
    },
    async *read() {
      let seen = { day: '', ids: new Set<string>() };
      let token: string | undefined;
      do {
        const { Contents = [], NextContinuationToken } = await page(token);
        for (const { Key } of Contents) {
          const day = Key!.slice(prefix.length, Key!.lastIndexOf('/'));
          if (day !== seen.day) seen = { day, ids: new Set() };
          for (const line of (await text(Key!)).split('\n')) {
            const object = quarantineObjectOf(line);
            if (object === undefined || seen.ids.has(object.id)) continue;
            seen.ids.add(object.id);
            yield object;
          }
        }
        token = NextContinuationToken;
      } while (token !== undefined);
    },
    close: () => client.destroy(),
  };
}

function nameOf(objects: readonly QuarantineObject[]): string {
  return createHash('sha256')
    .update(JSON.stringify(objects.map(({ id }) => id)))
    .digest('hex')
    .slice(0, 32);
}
