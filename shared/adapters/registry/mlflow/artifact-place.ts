import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { RegistryError } from '../../../training/ports';
import { type AwsClientOptions, awsClientConfig } from '../../aws/aws-client';
import { AwsRefusal, awsFault } from '../../aws/aws-faults';
import { withRetries } from '../../with-retries';
import type { MlflowClient } from './mlflow-client';

/** Files below a run's artifact URI. */
export interface ArtifactPlace {
  put(name: string, content: Uint8Array): Promise<void>;
  /** Undefined: there is none of that name. */
  get(name: string): Promise<Buffer | undefined>;
}

export interface ArtifactOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  /** For one file, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { timeoutMs: 60_000, attemptTimeoutMs: 20_000, concurrency: 4 };

/**
 * Where MLflow has the artifacts of a run: behind the server (`mlflow-artifacts:`), or in a bucket (`s3:`), which is then
 * read and written without it.
 *
 * The place of a URI that is neither is refused with a RegistryError.
 */
export function artifactPlaces(client: MlflowClient, options: ArtifactOptions) {
  let s3: S3Client | undefined;
  const settings = { ...DEFAULTS, ...options };
  return {
    at(artifactUri: string): ArtifactPlace {
      const url = URL.canParse(artifactUri) ? new URL(artifactUri) : undefined;
      const path = decodeURIComponent(url?.pathname ?? '').replace(/^\/+|\/+$/g, '');
      if (url?.protocol === 'mlflow-artifacts:' && isOwn(url.host, client.url)) return proxied(client, path);
      if (url?.protocol === 's3:') {
        // A bucket may be in another region than who asks.
        s3 ??= new S3Client({ ...awsClientConfig(settings), followRegionRedirects: true });
        return inBucket(s3, settings, url.host, path);
      }
      throw new RegistryError(
        `MLflow keeps artifacts at ${url?.protocol ?? 'a path of'}//${url?.host ?? 'its machine'}, which is not reached from here: start it with --serve-artifacts, or with --default-artifact-root s3://…`,
      );
    },
    close: () => s3?.destroy(),
  };
}

/** Without a host it is the server's own; credentials for it go to no other. */
function isOwn(host: string, serverUrl: string): boolean {
  return host === '' || host === new URL(serverUrl).host;
}

function proxied(client: MlflowClient, path: string): ArtifactPlace {
  return {
    put: (name, content) => client.putFile(`${path}/${name}`, content),
    get: (name) => client.getFile(`${path}/${name}`),
  };
}

function inBucket(s3: S3Client, settings: typeof DEFAULTS, bucket: string, path: string): ArtifactPlace {
  const calling = <Result>(name: string, call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'registry' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        const fault = awsFault(error, `artifact s3://${bucket}/${path}/${name}`, timeoutMs);
        throw fault instanceof AwsRefusal ? new RegistryError(fault.message, { cause: fault }) : fault;
      }),
    );
  return {
    async put(name, content) {
      const command = new PutObjectCommand({ Bucket: bucket, Key: `${path}/${name}`, Body: content });
      await calling(name, (abortSignal) => s3.send(command, { abortSignal }));
    },
    get: (name) =>
      calling(name, async (abortSignal) => {
        try {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${path}/${name}` }), {
            abortSignal,
          });
          return Buffer.from(await Body!.transformToByteArray());
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
  };
}
