import type { CostedEnvironment } from './load';
import { MEASURED } from './measured';
import { GIGABYTE } from './prices';
import type { Usage } from './usage';

type Training = NonNullable<CostedEnvironment['training']>;

const DAY_SECONDS = 86_400;
/** The job that trains reads its points twice: to put faults among them, and to learn. The one that evaluates reads them once. */
const READINGS = 2;

/** What the job that trains does with the points of its history. */
interface Replay {
  /** Points that are read. */
  readonly read: number;
  /** Of these, points of the sources that are drawn. */
  readonly kept: number;
  /** Points that are sorted at each reading: with those of sources that were dropped later, half of what is kept at each halving. */
  readonly sorted: number;
}

function replayOf({ historyDays, pointsMax }: Pick<Training, 'historyDays' | 'pointsMax'>, points: number): Replay {
  const read = points * DAY_SECONDS * historyDays;
  const kept = Math.min(read, pointsMax);
  return { read, kept, sorted: kept * (1 + Math.log2(read / kept) / 2) };
}

/** Hours of one processor that the longer of both jobs takes. Fetching the archive's objects is not in it. */
export function replayHours(
  training: Pick<Training, 'historyDays' | 'pointsMax'>,
  { points, values }: Pick<Usage, 'points' | 'values'>,
): number {
  const { read, kept, sorted } = replayOf(training, points);
  const { readPointMs, replayPointMs, replayValueMs } = MEASURED;
  const reading = read * readPointMs.value + sorted * (replayPointMs.value - readPointMs.value);
  return (READINGS * reading + kept * (values / points) * replayValueMs.value) / 3_600_000;
}

/** What a job has on its disk: the archive's objects, and the points that are sorted. */
export function replayGigabytes(
  training: Pick<Training, 'historyDays' | 'pointsMax'>,
  { points, values, records }: Pick<Usage, 'points' | 'values' | 'records'>,
): number {
  const { read, sorted } = replayOf(training, points);
  const { archivedBytes, sortedValueBytes } = MEASURED;
  const objects = read * (records / points) * archivedBytes.value;
  return (objects + sorted * (values / points) * sortedValueBytes.value) / GIGABYTE;
}
