import { openArchiveHistory } from '../../../shared/adapters/history/archive-history';
import { type ArchiveObject, folderObjects } from '../../../shared/adapters/history/archive-objects';
import { wordsOf } from '../../../shared/adapters/history/archive-tallies';
import { openFileHistory } from '../../../shared/adapters/history/file-history';
import { openS3Archive } from '../../../shared/adapters/s3/s3-archive';
import type { Settings } from '../../../shared/domain/settings';
import type { PointHistory } from '../../../shared/training/ports';
import { placeRegion } from '../deployed-place';
import { UsageError } from '../exit-codes';
import { resultColumns } from '../score/score-table';

export interface PriorPointsOptions {
  /** A file of rows, or `-`. */
  readonly input?: string;
  /** In its place the archive of a deployment: `s3://bucket/prefix`, or a folder with a copy of it. */
  readonly archive?: string;
  /** Of the archive: epoch milliseconds, `to` exclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly pointsMax: number;
  readonly seed: number;
  readonly timeColumn?: string;
  readonly sourceColumn?: string;
  readonly timeZone: string;
}

/** What a prior is learnt from. */
export interface PriorPoints {
  readonly history: PointHistory;
  /** Of the reading that ended last: what could not be read, and what is to be said of it. */
  readonly unreadable: () => { readonly count: number; readonly words: string };
}

/** @throws {UsageError} if it is not one of both, or a time is named for a file */
export function priorPoints(options: PriorPointsOptions, settings: Settings): PriorPoints {
  const { input, archive, from, to } = options;
  if ((input === undefined) === (archive === undefined))
    throw new UsageError('give either --input FILE or --archive PLACE: points come from one of them');
  if (archive !== undefined) return ofArchive(archive, options, settings);
  if (from !== undefined || to !== undefined) throw new UsageError('--from and --to are for an --archive');
  return ofFile(input!, options);
}

function ofFile(input: string, options: PriorPointsOptions): PriorPoints {
  let count = 0;
  const rejected = () => {
    count += 1;
  };
  return {
    history: openFileHistory(input, { ...options, ignoreColumns: resultColumns }, { rejected }),
    unreadable: () => ({ count, words: `${count} rows could not be read` }),
  };
}

/** By the same code as training reads it: each point once, those of a source in order. */
function ofArchive(place: string, options: PriorPointsOptions, settings: Settings): PriorPoints {
  const { pointsMax, seed, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = options;
  const sample = { pointsMax, seed, preferred: new Set<string>() };
  const archive = openArchiveHistory({ objects: () => objectsAt(place, options), settings, sample });
  return {
    history: {
      bySource: true,
      drawn: () => archive.drawn(),
      async *read() {
        for await (const point of archive.read()) if (point.timestamp >= from && point.timestamp < to) yield point;
      },
    },
    unreadable() {
      const tallies = archive.tallies();
      const rejected = Object.values(tallies.rejected).reduce((sum, count) => sum + count, 0);
      return { count: tallies.damaged + rejected, words: `not all could be read: ${wordsOf(tallies)}` };
    },
  };
}

async function* objectsAt(place: string, { from, to }: PriorPointsOptions): AsyncGenerator<ArchiveObject> {
  const [, bucket, below = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? [];
  if (bucket === undefined) return yield* folderObjects(place);
  const prefix = below === '' || below.endsWith('/') ? below : `${below}/`;
  const archive = openS3Archive({
    region: placeRegion({ flag: 'archive' }),
    bucket,
    ...(prefix === '' ? {} : { prefix }),
  });
  try {
    yield* archive.objects(archive.keys({ from, to }));
  } finally {
    archive.close();
  }
}
