import { csvItemReader } from './csv-items';
import { csvLayout } from './csv-layout';
import { type CsvRecord, csvRecordReader } from './csv-records';
import { lineBatches } from './lines';
import { LOOK_AHEAD_ITEMS, lookAhead, type OpenedItems } from './opened-items';
import { InputError, type ReadItem, type ReadOptions } from './read-item';
import { timestampParser } from './timestamps';

const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * A CSV file with its layout decided by its first records.
 *
 * @param head the first bytes of the chunks
 * @throws {InputError} if it has no records or no usable layout
 */
export async function openCsv(
  head: Buffer,
  chunks: AsyncIterable<Buffer>,
  defaultSource: string,
  options: ReadOptions,
): Promise<OpenedItems> {
  const parseTime = timestampParser(options.timeZone);
  const delimiter = delimiterOf(head);
  const [sample, rest] = await lookAhead(recordBatches(chunks, delimiter));
  const header = sample[0];
  if (header === undefined) throw new InputError('empty', 'the file is empty');
  if (header.problem) throw new InputError(header.problem.reason, header.problem.message, header.line);
  const layout = csvLayout(sample.slice(0, LOOK_AHEAD_ITEMS + 1), delimiter, options, parseTime);
  const toItem = csvItemReader(layout, defaultSource, parseTime);

  async function* batches(): AsyncGenerator<readonly ReadItem[]> {
    yield (layout.hasHeader ? sample.slice(1) : sample).map(toItem);
    for await (const batch of rest) yield batch.map(toItem);
  }
  return {
    header: layout.header,
    metrics: layout.metrics.map(({ name }) => name),
    hasSources: layout.source !== undefined,
    notes: layout.notes,
    batches: batches(),
  };
}

async function* recordBatches(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<readonly CsvRecord[]> {
  const reader = csvRecordReader(delimiter);
  for await (const batch of lineBatches(chunks)) yield reader.push(batch);
  yield reader.end();
}

/** The one that separates most cells of the first line that holds anything; a comma if none does. */
function delimiterOf(head: Buffer): string {
  const line = head
    .toString('utf8')
    .trimStart()
    .split('\n', 1)[0]!
    .replace(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}
