import { tmpdir } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ArchiveLine, archiveLineOf } from '../../domain/archive-line';
import { LIMITS } from '../../domain/limits';
import type { Settings } from '../../domain/settings';
import { readRecord } from '../../runtime/ingest';
import type { PointHistory } from '../../training/ports';
import { type DrawnShares, type SampleRules, SourceSample } from '../../training/source-sample';
import { TrainingError } from '../../training/training-error';
import { unpackedIfPacked } from '../files/byte-source';
import { lineBatches } from '../files/lines';
import { InputError } from '../files/read-item';
import { type ArchiveObject, begunAhead } from './archive-objects';
import { type ArchiveTallies, ArchiveTally, wordsOf } from './archive-tallies';
import { openPointSorter, type PointSorter } from './point-sorter';

export interface ArchiveHistoryOptions {
  /** Asked for at each reading. */
  readonly objects: () => AsyncIterable<ArchiveObject>;
  /** They say how far in the future, or the past, of its arrival a timestamp may lie. */
  readonly settings: Settings;
  /** Which sources are given where there are more points than this; absent: all. */
  readonly sample?: SampleRules | undefined;
  /** For temporary files; by default the system's folder for them, which TMPDIR names. */
  readonly temporaryFolder?: string;
  /** For sorting, in mebibytes. */
  readonly memoryMb?: number;
}

export interface ArchiveHistory extends PointHistory {
  readonly bySource: true;
  /** Of the reading that began last; whole when it ended. */
  tallies(): ArchiveTallies;
  drawn(): DrawnShares;
}

/** Objects whose reading is begun before their turn. */
const AHEAD = 8;
/** Base64 of the largest record that is read, and what lies around it. */
const LINE_BYTES_MAX = 2 * LIMITS.recordBytesMax;
/** So often others get their turn: signals, timers, what shows progress. */
const POINTS_A_TURN = 10_000;
/** Kinesis has 56 digits, and says that it will never have more than 128. */
const DIGITS = /^\d{1,128}$/;

/**
 * The points of an archive, as live detection took them: each record read by the same code, judged by its arrival, and once;
 * those of a shard in its order, whatever the order of objects and lines; what cannot be read is counted and passed over.
 * Each reading goes over all objects, then sorts: memory does not depend on their size, and temporary files take about 100
 * bytes a point of one metric. Other than live, points of an aggregated record (KPL) are not counted together against
 * `LIMITS.recordPointsMax`, since the archive has its parts as records of their own.
 *
 * Reading rejects with a {@link TrainingError} if nothing can be read, or temporary files have no room; with a TransientFault
 * if the objects cannot be reached for now.
 */
export function openArchiveHistory(options: ArchiveHistoryOptions): ArchiveHistory {
  const { temporaryFolder: folder = tmpdir(), memoryMb } = options;
  let tally = new ArchiveTally();
  return {
    bySource: true,
    tallies: () => tally,
    drawn: () => tally.drawn,
    async *read() {
      tally = new ArchiveTally();
      const own = tally;
      const sample = options.sample === undefined ? undefined : new SourceSample(options.sample);
      const sorter = openPointSorter({ folder, ...(memoryMb === undefined ? {} : { memoryMb }) });
      try {
        await sortAll(options, sorter, own, sample);
        for (const point of sorter.sorted()) {
          if (sample?.has(point.source) === false) continue;
          own.points += 1;
          if (own.points % POINTS_A_TURN === 0) await nextTurn();
          yield point;
        }
        own.duplicates = sorter.duplicates();
      } finally {
        sorter.close();
      }
    },
  };
}

async function sortAll(
  { objects, settings }: ArchiveHistoryOptions,
  sorter: PointSorter,
  tally: ArchiveTally,
  sample: SourceSample | undefined,
) {
  const reader = new LineReader(settings, sorter, tally, sample);
  for await (const object of begunAhead(objects(), AHEAD)) {
    tally.objects += 1;
    await readObject(object, reader, tally);
  }
  if (tally.objects === 0)
    throw new TrainingError('the archive has no objects of this time: is it the right place, and the right time?');
  if (reader.points === 0) throw new TrainingError(`nothing in the archive can be read: ${wordsOf(tally)}`);
  if (sample !== undefined) tally.drawn = sample.shares;
}

/** What an object that breaks off had before counts. */
async function readObject(object: ArchiveObject, reader: LineReader, tally: ArchiveTally): Promise<void> {
  try {
    const { chunks } = await unpackedIfPacked(object.chunks());
    for await (const { first, lines, oversized } of lineBatches(chunks, LINE_BYTES_MAX))
      lines.forEach((text, i) => {
        if (oversized.has(first + i)) tally.damageOf(object.name, 'too-large', first + i);
        else if (text !== '') reader.read(text, object.name, first + i);
      });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tally.damageOf(object.name, error.reason, error.line);
  }
}

/** Lines of the archive to points with their places. */
class LineReader {
  points = 0;

  constructor(
    private readonly settings: Settings,
    private readonly sorter: PointSorter,
    private readonly tally: ArchiveTally,
    private readonly sample: SourceSample | undefined,
  ) {}

  read(text: string, object: string, number: number): void {
    const line = archiveLineOf(text);
    if (typeof line === 'string') {
      this.tally.damageOf(object, line, number);
      return;
    }
    this.tally.lines += 1;
    const { arrival, body } = line;
    const { points, rejections } = readRecord(Buffer.from(body, 'base64'), arrival, this.settings);
    for (const { reason } of rejections) this.tally.reject(reason);
    if (points.length === 0) return;
    const { shard, sequence, first } = this.placeOf(line);
    for (const { index, point } of points)
      if (this.sample?.offer(point.source) ?? true) this.sorter.add(point, shard, sequence, first + index, arrival);
    this.points += points.length;
  }

  /** Live detection sees what was sent as one in one record, with these indices; see `decodeBody`. */
  private placeOf({ stream, shard, sequence, subsequence = 0, arrival }: ArchiveLine) {
    const first = subsequence * LIMITS.recordPointsMax;
    if (DIGITS.test(sequence)) return { shard: `${stream}/${shard}`, sequence, first };
    this.tally.unplaced += 1;
    // Arrival, then the order of the archive; both of one length each.
    const place = `${padded(Math.max(0, Math.round(arrival)))}${padded(this.tally.unplaced)}`;
    return { shard: `${stream}/${shard}`, sequence: place, first };
  }
}

function padded(number: number): string {
  return String(number).padStart(16, '0');
}
