import { basename } from 'node:path';
import { NameSchema } from '../../domain/data-point';
import { LIMITS } from '../../domain/limits';
import { openBytes, withHead } from './byte-source';
import { openCsv } from './csv-input';
import { detectFormat, type FileFormat, isEnoughToTell } from './format';
import { openJson } from './json-input';
import { InputError, type ReadItem, type ReadOptions } from './read-item';

export { InputError, type PointItem, type ReadItem, type ReadOptions, type RejectedItem } from './read-item';

/** An opened file of data points. */
export interface DataInput {
  readonly format: FileFormat;
  readonly compressed: boolean;
  /** CSV: names of all columns as they are in the file. JSON: empty. */
  readonly header: readonly string[];
  /** Names of the metrics; of JSON, those of the first 100 points. */
  readonly metrics: readonly string[];
  /** Does each row name its source? */
  readonly hasSources: boolean;
  /** Sentences about how the file is read that people should see. */
  readonly notes: readonly string[];
  /** Bytes on disk; absent for standard input. */
  readonly bytesTotal: number | undefined;
  /** Bytes on disk read so far, of the packed form if it is packed. */
  bytesRead(): number;
  /** Every row or element in order, to be iterated once; some hundreds to thousands at a time. */
  batches(): AsyncGenerator<readonly ReadItem[]>;
  /** Lets go of the file; needed only when it was not read to its end. */
  close(): void;
}

/**
 * Opens a user's data, `-` for standard input: CSV, NDJSON or JSON in the wire format, gzip or not, recognised by what it
 * holds. Reading is a stream; memory does not depend on the size of the file.
 *
 * @throws {InputError} if the file cannot be read or is none of these
 * @throws {RangeError} if the time zone is unknown
 */
export async function openDataInput(path: string, options: ReadOptions = {}): Promise<DataInput> {
  const bytes = await openBytes(path, options.stdin ?? process.stdin);
  try {
    const [head, chunks] = await withHead(bytes.chunks, LIMITS.recordBytesMax, isEnoughToTell);
    const format = detectFormat(head);
    const source = options.source ?? sourceName(path);
    const opened = format === 'csv' ? await openCsv(head, chunks, source, options) : await openJson(chunks, format);
    return {
      ...opened,
      format,
      compressed: bytes.compressed,
      bytesTotal: bytes.bytesTotal,
      bytesRead: bytes.bytesRead,
      batches: () => endingInItem(opened.batches),
      close: bytes.close,
    };
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/**
 * Data points of a file one by one, with what had to be rejected in between.
 *
 * @throws as {@link openDataInput}
 * @example for await (const item of readDataPoints('pump.csv.gz')) if (item.kind === 'point') use(item.point);
 */
export async function* readDataPoints(path: string, options: ReadOptions = {}): AsyncGenerator<ReadItem> {
  const input = await openDataInput(path, options);
  try {
    for await (const batch of input.batches()) yield* batch;
  } finally {
    input.close();
  }
}

/** What breaks the file off in the middle becomes its last item: what came before it counts. */
async function* endingInItem(batches: AsyncGenerator<readonly ReadItem[]>): AsyncGenerator<readonly ReadItem[]> {
  let last = 0;
  try {
    for await (const batch of batches) {
      last = batch.at(-1)?.line ?? last;
      yield batch;
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { reason, what } = error;
    yield [{ kind: 'rejected', line: error.line ?? last + 1, reason, message: `reading stops: ${what}`, isEnd: true }];
  }
}

/** The file's name without folder and extensions, if it can be a name. */
function sourceName(path: string): string {
  const name =
    path === '-'
      ? 'stdin'
      : basename(path)
          .replace(/\.gz$/i, '')
          .replace(/\.(csv|tsv|txt|json|ndjson|jsonl)$/i, '');
  const cut = name.slice(0, LIMITS.nameCharsMax).trim();
  return NameSchema.safeParse(cut).success ? cut : 'input';
}
