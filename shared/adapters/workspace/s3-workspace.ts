import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { RunSchema } from '../../training/plan';
import type { TrainingWorkspace } from '../../training/ports';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { contentTypeOf } from '../s3/s3-objects';
import { withRetries } from '../with-retries';

export interface S3WorkspaceOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  /** What keys begin with. */
  readonly prefix?: string;
  /** For one document or page of a listing, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

/** What keys of runs' documents begin with. */
export const RUNS_PREFIX = 'runs/';

const DEFAULTS = { prefix: RUNS_PREFIX, timeoutMs: 60_000, attemptTimeoutMs: 20_000, concurrency: 4 };

/**
 * Documents of training runs in a bucket: `runs/<run>/<name>`. S3 shows an object whole or not at all.
 *
 * Rejects with a TransientFault when there was no answer in time, with AwsRefusal when a call is not allowed.
 */
export function createS3Workspace(options: S3WorkspaceOptions): TrainingWorkspace & { close(): void } {
  const settings = { ...DEFAULTS, ...options };
  const { bucket, prefix } = settings;
  const client = new S3Client(awsClientConfig(settings));
  const keyOf = (run: string, name: string) => `${prefix}${RunSchema.parse(run)}/${name}`;
  const calling = <Result>(what: string, call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'workspace' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw awsFault(error, what, timeoutMs);
      }),
    );
  return {
    read: (run, name) =>
      calling(`document ${name} of run ${run}`, async (abortSignal) => {
        try {
          const command = new GetObjectCommand({ Bucket: bucket, Key: keyOf(run, name) });
          const { Body } = await client.send(command, { abortSignal });
          return Buffer.from(await Body!.transformToByteArray());
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
    async write(run, name, content) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: keyOf(run, name),
        Body: content,
        ContentType: contentTypeOf(name),
      });
      await calling(`document ${name} of run ${run}`, (abortSignal) => client.send(command, { abortSignal }));
    },
    async runs() {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: '/',
          ContinuationToken: token,
        });
        const page = await calling('the list of runs', (abortSignal) => client.send(command, { abortSignal }));
        for (const { Prefix = '' } of page.CommonPrefixes ?? []) found.push(Prefix.slice(prefix.length, -1));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return found.filter((run) => RunSchema.safeParse(run).success).sort();
    },
    close: () => client.destroy(),
  };
}
