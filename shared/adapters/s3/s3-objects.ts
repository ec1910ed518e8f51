import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { Again, withRetries } from '../with-retries';

export interface S3ObjectsOptions extends AwsClientOptions {
  readonly bucket: string;
  /** Which part keeps them, as "registry". */
  readonly part: string;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs: number;
  /** What errors call an object, for people; absent: its address. */
  readonly nameOf?: (key: string) => string;
}

/** An object, and what tells it from what it was and will be: S3's ETag. */
export interface MarkedObject {
  readonly content: Buffer;
  readonly mark: string;
}

/** Small objects of a bucket, each read and written whole. Calls reject with a TransientFault or with AwsRefusal. */
export interface S3Objects {
  nameOf(key: string): string;
  /** Undefined where there is none. */
  get(key: string): Promise<MarkedObject | undefined>;
  put(key: string, content: string | Uint8Array): Promise<void>;
  /**
   * Puts it where the object is still the one of this mark; undefined: where there is none. False if that does not hold; also
   * when this very call had put it and its answer was lost.
   */
  replace(key: string, content: string | Uint8Array, mark: string | undefined): Promise<boolean>;
  /** Nothing where there is none. */
  remove(key: string): Promise<void>;
  /** With this beginning, in order. */
  keys(prefix: string): Promise<string[]>;
  /** What stands between this beginning and the next slash of keys, in order, each once. */
  folders(prefix: string): Promise<string[]>;
  close(): void;
}

export function openS3Objects(options: S3ObjectsOptions): S3Objects {
  const { bucket: Bucket, nameOf = (key) => `s3://${Bucket}/${key}` } = options;
  const client = new S3Client(awsClientConfig(options));
  const calling = <Result>(key: string, call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries(options, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        if (statusOf(error) === CONFLICT) throw new Again(`${nameOf(key)}: another write of it is under way`);
        throw awsFault(error, nameOf(key), timeoutMs);
      }),
    );
  const putting = (Key: string, content: string | Uint8Array, condition: { IfMatch?: string; IfNoneMatch?: '*' }) => {
    const input = { Bucket, Key, Body: content, ContentType: contentTypeOf(Key), ...condition };
    return (abortSignal: AbortSignal) => client.send(new PutObjectCommand(input), { abortSignal });
  };
  const listed = async (wanted: { readonly Prefix: string; readonly Delimiter?: string }) => {
    const pages: ListObjectsV2CommandOutput[] = [];
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, ...wanted, ContinuationToken: token });
      const page = await calling(wanted.Prefix, (abortSignal) => client.send(command, { abortSignal }));
      pages.push(page);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return pages;
  };
  return {
    nameOf,
    get: (Key) =>
      calling(Key, async (abortSignal) => {
        try {
          const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
          return { content: Buffer.from(await Body!.transformToByteArray()), mark: ETag! };
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
    put: async (key, content) => void (await calling(key, putting(key, content, {}))),
    replace(key, content, mark) {
      const put = putting(key, content, mark === undefined ? { IfNoneMatch: '*' } : { IfMatch: mark });
      return calling(key, async (abortSignal) => {
        try {
          await put(abortSignal);
          return true;
        } catch (error) {
          if (isLost(error)) return false;
          throw error;
        }
      });
    },
    async remove(Key) {
      await calling(Key, (abortSignal) => client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal }));
    },
    async keys(Prefix) {
      const pages = await listed({ Prefix });
      return pages.flatMap(({ Contents = [] }) => Contents.map(({ Key }) => Key!));
    },
    async folders(Prefix) {
      const pages = await listed({ Prefix, Delimiter: '/' });
      return pages.flatMap(({ CommonPrefixes = [] }) =>
        CommonPrefixes.map((folder) => folder.Prefix!.slice(Prefix.length, -1)),
      );
    },
    close: () => client.destroy(),
  };
}

function contentTypeOf(name: string): string {
  return name.endsWith('.html') ? 'text/html; charset=utf-8' : 'application/json';
}

/** Another conditional write of the same object is under way; S3 asks to try again. */
const CONFLICT = 409;

/** The object is another one by now, or (If-Match) there is none. */
function isLost(error: unknown): boolean {
  return statusOf(error) === 412 || (error instanceof Error && error.name === 'NoSuchKey');
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
