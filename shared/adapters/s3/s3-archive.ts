import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { TransientFault } from '../../detection/ports';
import { TrainingError } from '../../training/training-error';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { awsFault } from '../aws/aws-faults';
import { InputError } from '../files/read-item';
import type { ArchiveObject } from '../history/archive-objects';
import { manifestText } from '../history/points-manifest';
import { withRetries } from '../with-retries';

export interface S3ArchiveOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly bucket: string;
  /** What keys begin with; the hour of arrival follows: `points/2026-11-22/13/…`. */
  readonly prefix?: string;
  /** For one page of a listing, or until an object begins, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

/** When points arrived: epoch milliseconds, `to` exclusive; absent: from the first, to the last. */
export interface ArrivalSpan {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface S3Archive {
  /** Keys of the objects that may hold points that arrived in this time, in the order of their hours. A call for 1,000 keys. */
  keys(span: ArrivalSpan): AsyncGenerator<string>;
  /** Objects to be read, streaming. One that is not there any more rejects with an {@link InputError} when it is read. */
  objects(keys: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ArchiveObject>;
  close(): void;
}

const DEFAULTS = { prefix: 'points/', timeoutMs: 60_000, attemptTimeoutMs: 15_000, concurrency: 16 };

/**
 * An object is named by the hour in which its oldest record arrived and holds what came until it was full or, at most, 15
 * minutes had passed; while Firehose lags behind, hours are those of its own clock. An hour on both sides holds for both.
 */
const SLACK_MS = 3_600_000;
/** An object that breaks off so often without a byte in between is given up. */
const BREAKS_MAX = 5;

/** The archive of points in its bucket, as Firehose writes it: see infra/constructs/archive.ts. */
export function openS3Archive(options: S3ArchiveOptions): S3Archive {
  const settings = { ...DEFAULTS, ...options };
  const { bucket, prefix } = settings;
  const client = new S3Client(awsClientConfig(settings));
  const calling = <Result>(what: string, call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'archive' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        if (error instanceof NoSuchKey) throw new InputError('unreadable', 'there is no such object any more');
        throw awsFault(error, what, timeoutMs);
      }),
    );
  const page = (StartAfter: string | undefined, ContinuationToken: string | undefined) =>
    calling(`bucket ${bucket}`, (abortSignal) =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter, ContinuationToken }), {
        abortSignal,
      }),
    );
  const body = (Key: string, from: number) =>
    calling(`object s3://${bucket}/${Key}`, async (abortSignal) => {
      // The signal ends with the headers: a body may take longer, for whoever reads it takes his time.
      const begun = new AbortController();
      const onTimeout = () => begun.abort(abortSignal.reason);
      abortSignal.addEventListener('abort', onTimeout);
      try {
        const Range = from === 0 ? undefined : `bytes=${from}-`;
        const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key, Range }), {
          abortSignal: begun.signal,
        });
        return { stream: got.Body as Readable, length: got.ContentLength ?? 0 };
      } finally {
        abortSignal.removeEventListener('abort', onTimeout);
      }
    });

  /** Goes on where a connection broke. */
  async function* chunks(key: string): AsyncGenerator<Buffer> {
    let at = 0;
    let total = Number.POSITIVE_INFINITY;
    for (let breaks = 0; at < total; ) {
      const { stream, length } = await body(key, at);
      if (total === Number.POSITIVE_INFINITY) total = length;
      const before = at;
      let cause: unknown;
      try {
        for await (const chunk of unstalled(stream, settings.attemptTimeoutMs)) {
          at += chunk.length;
          yield chunk;
        }
      } catch (error) {
        cause = error;
      }
      breaks = at > before ? 0 : breaks + 1;
      if (at < total && breaks === BREAKS_MAX)
        throw new TransientFault('archive', `object s3://${bucket}/${key} breaks off at byte ${at}`, { cause });
    }
  }

  return {
    async *keys({ from, to }) {
      const first = from === undefined ? undefined : prefix + hourOf(from - SLACK_MS);
      const last = to === undefined ? undefined : prefix + hourOf(to + SLACK_MS);
      let token: string | undefined;
      do {
        const { Contents = [], NextContinuationToken } = await page(first, token);
        for (const { Key } of Contents) {
          if (last !== undefined && Key!.slice(0, last.length) > last) return;
          yield Key!;
        }
        token = NextContinuationToken;
      } while (token !== undefined);
    },
    async *objects(keys) {
      for await (const name of keys) yield { name, chunks: () => chunks(name) };
    },
    close: () => client.destroy(),
  };
}

/**
 * Where the points that arrived in this time are, as SageMaker's ManifestFile, and how many objects it names. The prepare
 * step writes it: points themselves are not looked at, so their number does not matter.
 *
 * @throws {TrainingError} if there are none
 */
export async function archiveManifest(
  archive: Pick<S3Archive, 'keys'>,
  bucket: string,
  span: ArrivalSpan,
): Promise<{ readonly text: string; readonly parts: number }> {
  const keys: string[] = [];
  for await (const key of archive.keys(span)) keys.push(key);
  if (keys.length === 0)
    throw new TrainingError(`the archive in bucket ${bucket} has no points of this time: did any arrive then?`);
  return { text: manifestText({ bucket, keys }), parts: keys.length };
}

/** Fails when it has to be waited for its next bytes too long; a reader may take his time. */
async function* unstalled(stream: Readable, withinMs: number): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const late = setTimeout(() => stream.destroy(new Error(`nothing came for ${withinMs} ms`)), withinMs);
      const next = await chunks.next().finally(() => clearTimeout(late));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

/** `2026-11-22/13`, in UTC as Firehose has it. */
function hourOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13).replace('T', '/');
}
