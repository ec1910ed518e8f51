import type { QuarantineObject } from '../../../shared/domain/rows';
import type { StreamEntry } from '../../../shared/runtime/records';
import { redriveEntries, type SetAside, TooLargeAgain } from '../../../shared/runtime/redrive-entries';
import { redrivenOf } from '../../../shared/runtime/redriven-record';
import type { SetAsidePlace } from './place';
import { type SelectFlags, selectedBatches, selectedRecords, setAsideOf } from './select';

export interface AgainFlags extends SelectFlags {
  /** Records of batches that were given up, in place of those in quarantine. */
  readonly failed?: boolean;
  readonly attemptsMax: number;
}

/** A record that is put again: marked when all that goes on the stream for it is there, and not before. */
export interface Again {
  readonly entries: readonly StreamEntry[];
  readonly of:
    | { readonly objects: readonly QuarantineObject[] }
    | { readonly batch: string; readonly sequence: string };
}

/** What there is to do, and what of it cannot be done. */
export interface Tally {
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

export function newTally(): Tally {
  return { records: 0, entries: 0, bytes: 0, sources: new Set(), reasons: new Map(), left: new Map() };
}

const SOURCES_COUNTED_MAX = 100_000;
const BODY_CUT = 'its body was cut; the archive of points has the whole record';

/** Records that are meant and can be put again, one at a time; the tally counts them and those that are left alone. */
export async function* recordsAgain(
  aside: SetAsidePlace,
  flags: AgainFlags,
  begun: number,
  tally: Tally,
): AsyncGenerator<Again> {
  if (flags.failed === true) {
    for await (const { name, stream, shard, condition, records } of selectedBatches(aside, flags, begun)) {
      for (const { sequence, arrival, body } of records) {
        const again = entriesAgain({ stream, shard, sequence, arrival, body, reason: 'given-up' }, flags, tally);
        if (again === undefined) continue;
        count(tally.reasons, condition);
        yield { entries: again, of: { batch: name, sequence } };
      }
    }
    return;
  }
  for await (const { body, ...record } of selectedRecords(aside, flags, begun)) {
    if (body === undefined) count(tally.left, BODY_CUT);
    const entries = body && entriesAgain(setAsideOf({ ...record, body }), flags, tally);
    if (entries === undefined) continue;
    const objects = record.objects.map(({ object }) => object);
    for (const { reason } of objects) count(tally.reasons, reason);
    yield { entries, of: { objects } };
  }
}

/** Says of records that they were put again. */
export async function markRedriven({ archive, failed }: SetAsidePlace, done: readonly Again[], at: number) {
  const objects: QuarantineObject[] = [];
  const batches = new Map<string, string[]>();
  for (const { of } of done) {
    if ('objects' in of) objects.push(...of.objects);
    else batches.set(of.batch, [...(batches.get(of.batch) ?? []), of.sequence]);
  }
  if (objects.length > 0) await archive.markRedriven(objects, at);
  for (const [name, sequences] of batches) await failed.markRedriven({ name }, sequences, at);
}

/** Undefined, and counted, for a record that is left alone. */
function entriesAgain(aside: SetAside, { attemptsMax }: AgainFlags, tally: Tally): StreamEntry[] | undefined {
  const attempts = redrivenOf(aside.body)?.redriven.attempt ?? 0;
  if (attempts >= attemptsMax) {
    count(tally.left, `put again ${attempts} times already`);
    return undefined;
  }
  try {
    const entries = redriveEntries(aside);
    note(tally, entries);
    return entries;
  } catch (error) {
    if (!(error instanceof TooLargeAgain)) throw error;
    count(tally.left, 'too large to be put again');
    return undefined;
  }
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
