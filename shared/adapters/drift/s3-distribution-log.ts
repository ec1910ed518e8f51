import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DistributionLog } from '../../training/ports';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { withRetries } from '../with-retries';
import { beginsIn, DistributionSum, daysBetween, partPath, partText } from './distribution-parts';

export interface S3DistributionLogOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  /** What keys begin with. */
  readonly prefix?: string;
  /** For one part or page of a listing, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { prefix: 'distributions/', timeoutMs: 3_000, attemptTimeoutMs: 1_500, concurrency: 16 };

/**
 * Distributions in a bucket, an object of 3 KB a process and time: `distributions/2026-11-30/<from>-<process>.json`. A sum reads
 * all parts of its time, 16 at a time.
 */
export function createS3DistributionLog(options: S3DistributionLogOptions): DistributionLog & { close(): void } {
  const settings = { ...DEFAULTS, ...options };
  const { bucket, prefix, concurrency } = settings;
  const client = new S3Client(awsClientConfig(settings));
  const calling = <Result>(call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'distributions' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw awsFault(error, `distributions in bucket ${bucket}`, timeoutMs);
      }),
    );
  const keysOf = async (day: string): Promise<string[]> => {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: `${prefix}${day}/`,
        ContinuationToken: token,
      });
      const page = await calling((abortSignal) => client.send(command, { abortSignal }));
      for (const { Key } of page.Contents ?? []) keys.push(Key!);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  };
  const textOf = (key: string) =>
    calling(async (abortSignal) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
      return Body!.transformToString();
    });
  return {
    async add(part, counted) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: `${prefix}${partPath(part)}`,
        Body: partText(counted),
        ContentType: 'application/json',
      });
      await calling((abortSignal) => client.send(command, { abortSignal }));
    },
    async sumSince(models, from, until) {
      const sum = new DistributionSum(models);
      for (const day of daysBetween(from, until)) {
        const keys = (await keysOf(day)).filter((key) => beginsIn(key.slice(key.lastIndexOf('/') + 1), from, until));
        const worker = async () => {
          for (let key = keys.pop(); key !== undefined; key = keys.pop()) sum.add(await textOf(key));
        };
        await Promise.all(Array.from({ length: concurrency }, worker));
      }
      return sum.sum;
    },
    close: () => client.destroy(),
  };
}
