import { openProgress } from '../../local/screen/progress';
import { EXIT, UsageError } from '../exit-codes';
import { counted } from '../rejection-lines';
import { type Again, type AgainFlags, markRedriven, newTally, recordsAgain, type Tally } from './again';
import { type Destination, type DestinationFlags, destinationName, openDestination } from './destination';
import type { SetAsidePlace } from './place';

export interface RedriveFlags extends AgainFlags, DestinationFlags {
  readonly yes?: boolean;
}

/** Put and marked at once: a crash in between puts so many twice, which does no harm. */
const ENTRIES_A_PUT = 200;

/**
 * Puts what was set aside on its stream again, or says what that would do. Exit code back: 3 when something had to be left
 * alone.
 *
 * @throws {RedriveError} when the stream does not take something; what it took is marked
 * @throws {UsageError} if batches are asked for by what is none of theirs
 */
export async function redrive(
  aside: SetAsidePlace,
  flags: RedriveFlags,
  environment: NodeJS.ProcessEnv,
  now: () => number,
): Promise<number> {
  if (flags.failed === true && (flags.reason !== undefined || flags.field !== undefined))
    throw new UsageError(
      '--reason and --field are of records in quarantine; batches (--failed) have --source and --since',
    );
  const begun = now();
  const name = destinationName(flags, aside);
  const tally = newTally();
  for await (const _ of recordsAgain(aside, flags, begun, tally));
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
    const records = recordsAgain(aside, flags, begun, newTally());
    const done = await putAll(records, destination, (some) => markRedriven(aside, some, now()), progress.update);
    progress.stop();
    tell([`${counted(done, 'record')} put on ${name}, marked as redriven`]);
  } finally {
    progress.stop();
    await destination.close();
  }
  return code;
}

async function putAll(
  records: AsyncIterable<Again>,
  destination: Destination,
  mark: (done: readonly Again[]) => Promise<void>,
  update: (done: number) => void,
): Promise<number> {
  let done = 0;
  let open: Again[] = [];
  let entries = 0;
  const flush = async () => {
    const { taken, fault } = await destination.put(open.flatMap((one) => one.entries));
    await mark(whole(open, taken));
    if (fault !== undefined) throw fault;
    done += entries;
    update(done);
    open = [];
    entries = 0;
  };
  for await (const record of records) {
    open.push(record);
    entries += record.entries.length;
    if (entries >= ENTRIES_A_PUT) await flush();
  }
  if (open.length > 0) await flush();
  return done;
}

/** Records of which all is on the stream. */
function whole(records: readonly Again[], taken: readonly boolean[]): Again[] {
  let next = 0;
  return records.filter(({ entries }) => {
    const own = taken.slice(next, next + entries.length);
    next += entries.length;
    return own.every(Boolean);
  });
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
