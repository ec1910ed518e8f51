import type { FailedBatch } from '../../../shared/adapters/failed-batches';
import type { QuarantineObject } from '../../../shared/domain/rows';
import type { StreamEntry } from '../../../shared/runtime/records';
import { redriveEntries, type SetAside, TooLargeAgain } from '../../../shared/runtime/redrive-entries';
import { redrivenOf } from '../../../shared/runtime/redriven-record';
import { openProgress } from '../../local/screen/progress';
import { EXIT } from '../exit-codes';
import { counted } from '../rejection-lines';
import { type Destination, type DestinationFlags, destinationName, openDestination } from './destination';
import type { SetAsidePlace } from './place';
import { type SelectedRecord, type SelectFlags, selectedBatches, selectedRecords, setAsideOf } from './select';

export interface RedriveFlags extends SelectFlags, DestinationFlags {
  /** Batches that were given up, in place of records in quarantine. */
  readonly failed?: boolean;
  readonly yes?: boolean;
  readonly attemptsMax: number;
}

/** What there is to do, and what of it cannot be done. */
interface Tally {
  /** Records in quarantine, or of batches. */
  records: number;
  /** Records that go on the stream for them. */
  entries: number;
  bytes: number;
  readonly sources: Set<string>;
  readonly reasons: Map<string, number>;
  /** Left alone, by why. */
  readonly left: Map<string, number>;
}

/** A unit that is put and marked together. */
interface Piece {
  readonly entries: readonly StreamEntry[];
  readonly mark: (at: number) => Promise<void>;
}

/** Put and marked at once: a crash in between puts so many twice, which does no harm. */
const RECORDS_A_PUT = 200;
const SOURCES_COUNTED_MAX = 100_000;

/**
 * Puts what was set aside on its stream again, or says what that would do. Exit code back: 3 when something had to be left
 * alone.
 *
 * @throws {RedriveError} when the stream does not take something; what it took before is marked
 */
export async function redrive(
  aside: SetAsidePlace,
  flags: RedriveFlags,
  environment: NodeJS.ProcessEnv,
  now: () => number,
): Promise<number> {
  const begun = now();
  const name = destinationName(flags, aside);
  const tally = newTally();
  for await (const _ of pieces(aside, flags, begun, tally));
  tell(tallyLines(tally, name, flags));
  const code = tally.left.size > 0 ? EXIT.someRejected : EXIT.ok;
  if (tally.entries === 0) return code;
  if (flags.yes !== true) {
    tell(['Nothing was done; add --yes to do it.']);
    return code;
  }
  const destination = await openDestination(flags, aside, environment);
  const progress = openProgress(process.stderr, { title: 'putting again', total: tally.entries, unit: 'records' });
  try {
    const done = await putAll(pieces(aside, flags, begun, newTally()), destination, now, progress.update);
    progress.stop();
    tell([`${counted(done, 'record')} put on ${name}, marked as redriven`]);
  } finally {
    progress.stop();
    await destination.close();
  }
  return code;
}

async function putAll(
  all: AsyncIterable<Piece>,
  destination: Destination,
  now: () => number,
  update: (done: number) => void,
): Promise<number> {
  let done = 0;
  let open: Piece[] = [];
  const flush = async () => {
    const entries = open.flatMap((piece) => piece.entries);
    await destination.put(entries);
    for (const { mark } of open) await mark(now());
    done += entries.length;
    update(done);
    open = [];
  };
  for await (const piece of all) {
    open.push(piece);
    if (open.reduce((sum, { entries }) => sum + entries.length, 0) >= RECORDS_A_PUT) await flush();
  }
  if (open.length > 0) await flush();
  return done;
}

async function* pieces(aside: SetAsidePlace, flags: RedriveFlags, begun: number, tally: Tally): AsyncGenerator<Piece> {
  if (flags.failed === true) {
    for await (const batch of selectedBatches(aside, flags, begun)) yield* pieceOfBatch(aside, batch, flags, tally);
    return;
  }
  let waiting: { objects: QuarantineObject[]; entries: StreamEntry[] } = { objects: [], entries: [] };
  const piece = (): Piece => {
    const { objects, entries } = waiting;
    waiting = { objects: [], entries: [] };
    return { entries, mark: (at) => aside.archive.markRedriven(objects, at) };
  };
  for await (const record of selectedRecords(aside, flags, begun)) {
    const entries = entriesOf(record, flags, tally);
    if (entries === undefined) continue;
    waiting.objects.push(...record.objects.map(({ object }) => object));
    waiting.entries.push(...entries);
    if (waiting.entries.length >= RECORDS_A_PUT) yield piece();
  }
  if (waiting.entries.length > 0) yield piece();
}

/** Undefined for a record that is left alone. */
function entriesOf(record: SelectedRecord, { attemptsMax }: RedriveFlags, tally: Tally): StreamEntry[] | undefined {
  const { objects, body } = record;
  const entries = body === undefined ? BODY_CUT : entriesAgain(setAsideOf({ ...record, body }), attemptsMax);
  if (typeof entries === 'string') {
    count(tally.left, entries);
    return undefined;
  }
  for (const { object } of objects) count(tally.reasons, object.reason);
  note(tally, entries);
  return entries;
}

const BODY_CUT = 'its body was cut; the archive of points has the whole record';

/** Or why it is left alone. */
function entriesAgain(aside: SetAside, attemptsMax: number): StreamEntry[] | string {
  const attempts = redrivenOf(aside.body)?.redriven.attempt ?? 0;
  if (attempts >= attemptsMax) return `put again ${attempts} times already`;
  try {
    return redriveEntries(aside);
  } catch (error) {
    if (!(error instanceof TooLargeAgain)) throw error;
    return 'too large to be put again';
  }
}

function* pieceOfBatch(
  { failed }: SetAsidePlace,
  batch: FailedBatch,
  { source, attemptsMax }: RedriveFlags,
  tally: Tally,
): Generator<Piece> {
  const { stream, shard, condition } = batch;
  const entries: StreamEntry[] = [];
  for (const { sequence, arrival, body } of batch.records) {
    const again = entriesAgain({ ...{ stream, shard, sequence, arrival, body }, reason: 'given-up' }, attemptsMax);
    if (typeof again === 'string') count(tally.left, again);
    else {
      entries.push(...again);
      note(tally, again);
    }
  }
  count(tally.reasons, condition);
  // Of a batch of which only one source was put, the others still wait.
  const mark = async (at: number) => (source === undefined ? failed.markRedriven(batch, at) : undefined);
  if (entries.length > 0) yield { entries, mark };
}

function newTally(): Tally {
  return { records: 0, entries: 0, bytes: 0, sources: new Set(), reasons: new Map(), left: new Map() };
}

function note(tally: Tally, entries: readonly StreamEntry[]): void {
  tally.records += 1;
  tally.entries += entries.length;
  for (const { partitionKey, data } of entries) {
    tally.bytes += data.length;
    if (tally.sources.size < SOURCES_COUNTED_MAX) tally.sources.add(partitionKey);
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function tallyLines({ records, entries, bytes, sources, reasons, left }: Tally, name: string, flags: RedriveFlags) {
  const what = flags.failed === true ? 'of batches that were given up' : 'in quarantine';
  const why = [...reasons].map(([reason, times]) => `${times.toLocaleString('en-US')} ${reason}`).join(', ');
  return [
    entries === 0
      ? `nothing ${what} is to be put again`
      : `${counted(records, 'record')} ${what} (${why}) → ${name}: ${counted(entries, 'record')} of ${counted(sources.size, 'source')}, ${(bytes / 1_024).toFixed(1)} kB`,
    ...[...left].map(([reason, times]) => `left alone: ${counted(times, 'record')}, ${reason}`),
  ];
}

function tell(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
}
