import type { DataPoint } from '../../domain/data-point';
import { comparePositions } from '../../domain/position';
import { type Head, Merged } from './merged';
import { SortedRun } from './sorted-run';
import { openSpillFile, type SpillFile } from './spill-file';
import { type GroupCursor, type RunExtent, RunReader, RunWriter } from './spilled-run';

const MEBIBYTE = 1_048_576;
/** The largest data point that the wire allows fits in it. */
const RUN_BYTES_MIN = MEBIBYTE / 2;
const WRITE_BYTES = MEBIBYTE;
/** All runs together read so much ahead, and each at least and at most so much. */
const AHEAD_BYTES = { all: 64 * MEBIBYTE, least: 65_536, most: MEBIBYTE } as const;

export interface SorterOptions {
  /** For temporary files, of about 100 bytes a point of one metric. */
  readonly folder: string;
  /** What is sorted at once, in mebibytes; as much again is used for reading. */
  readonly memoryMb?: number;
}

/**
 * Puts data points in the order in which live detection absorbs them: of each source those of a shard by sequence number and
 * index, each position once; shards of a source, which have no order, merged by arrival. Sources come one after the other.
 *
 * An external merge sort (Knuth, The Art of Computer Programming 3, 5.4): memory depends neither on the number of points nor
 * on how they are shared among sources. O(points) time where each shard's points come nearly in order, as an archive has them.
 */
export interface PointSorter {
  /** @param shard of the stream, with the stream's name @throws {TemporaryFilesError} if there is no room */
  add(point: DataPoint, shard: string, sequence: string, index: number, arrival: number): void;
  /** All points in order; to be called once, after the last of them was added. */
  sorted(): Generator<DataPoint>;
  /** Points that were dropped since another had their position; known when all are read. */
  duplicates(): number;
  /** Lets go of the temporary file. */
  close(): void;
}

export function openPointSorter({ folder, memoryMb = 64 }: SorterOptions): PointSorter {
  const run = new SortedRun(Math.max(RUN_BYTES_MIN, memoryMb * MEBIBYTE));
  const extents: RunExtent[] = [];
  let file: SpillFile | undefined;
  let added = 0;
  let given = 0;
  const spill = () => {
    file ??= openSpillFile(folder);
    const from = extents.at(-1)?.to ?? 0;
    const writer = new RunWriter(file, Buffer.allocUnsafe(WRITE_BYTES));
    run.drain(writer);
    extents.push({ from, to: from + writer.close() });
  };
  return {
    add(point, shard, sequence, index, arrival) {
      if (!run.add(point, shard, sequence, index, arrival)) {
        spill();
        run.add(point, shard, sequence, index, arrival);
      }
      added += 1;
    },
    *sorted() {
      if (!run.isEmpty) spill();
      if (file === undefined) return;
      for (const point of mergedRuns(file, extents)) {
        given += 1;
        yield point;
      }
    },
    duplicates: () => added - given,
    close: () => file?.close(),
  };
}

function* mergedRuns(file: SpillFile, extents: readonly RunExtent[]): Generator<DataPoint> {
  const ahead = Math.min(AHEAD_BYTES.most, Math.max(AHEAD_BYTES.least, Math.floor(AHEAD_BYTES.all / extents.length)));
  const readers = extents.map((extent) => new RunReader(file, extent, ahead));
  const runs = new Merged(readers, (a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  while (runs.first !== undefined) {
    const { source } = runs.first;
    const cursors: GroupCursor[] = [];
    while (runs.first?.source === source) {
      cursors.push(runs.first.group());
      runs.advance();
    }
    yield* pointsOfSource(cursors);
  }
}

function* pointsOfSource(cursors: readonly GroupCursor[]): Generator<DataPoint> {
  const shards = [...new Set(cursors.map(({ shard }) => shard))].sort();
  const streams = shards.map((shard) => new ShardPoints(cursors.filter((cursor) => cursor.shard === shard)));
  const merged = new Merged(streams, (a, b) => a.arrival - b.arrival || (a.shard < b.shard ? -1 : 1));
  while (merged.first !== undefined) {
    yield merged.first.point;
    merged.advance();
  }
}

/** Points of a source from one shard, in order, each position once. */
class ShardPoints implements Head {
  private readonly cursors: Merged<GroupCursor>;

  /** @param cursors one for each run, at least one */
  constructor(cursors: readonly GroupCursor[]) {
    this.cursors = new Merged(cursors, comparePositions);
  }

  get shard(): string {
    return this.cursors.first!.shard;
  }

  get arrival(): number {
    return this.cursors.first!.arrival;
  }

  get point(): DataPoint {
    return this.cursors.first!.point;
  }

  advance(): boolean {
    const { cursors } = this;
    // A cursor alone has each position once.
    if (cursors.size === 1) {
      cursors.advance();
      return cursors.first !== undefined;
    }
    const { sequence, index } = cursors.first!;
    do cursors.advance();
    while (cursors.first !== undefined && comparePositions(cursors.first, { sequence, index }) === 0);
    return cursors.first !== undefined;
  }
}
