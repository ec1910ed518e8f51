import type { DataInput, RejectedItem } from '../../../shared/adapters/files/data-input';
import type { DataPoint } from '../../../shared/domain/data-point';
import { REJECTIONS_SHOWN } from '../rejection-lines';

/** What came of a file. */
export interface SendTally {
  /** Points that are on the stream for certain. */
  sent: number;
  /** Rows in which nothing was measured. */
  unmeasured: number;
  /** Rows that could not be read. */
  rejected: number;
  /** The first few of them. */
  readonly rejections: RejectedItem[];
  /** Why sending ended before the file did, and the line from which on rows may be missing. */
  failure?: { readonly line: number; readonly error: unknown };
  /** First line that was not sent because somebody told to stop. */
  stoppedAt?: number;
}

/** Batches of the file that may be under way: enough to keep the stream busy, few enough for memory. */
const PUTS_MAX = 4;

/**
 * Puts every point of an input, in order, some batches at the same time. Ends at the first failure, or when told to stop, after
 * what is under way. Memory does not depend on the size of the file.
 *
 * @param put rejects if a point may not be on the stream
 * @param progress called now and then
 */
export async function sendInput(
  input: DataInput,
  put: (points: readonly DataPoint[]) => Promise<unknown>,
  stopping: AbortSignal,
  progress: () => void = () => {},
): Promise<SendTally> {
  const tally: SendTally = { sent: 0, unmeasured: 0, rejected: 0, rejections: [] };
  const underWay = new Set<Promise<void>>();
  for await (const items of input.batches()) {
    if (tally.failure !== undefined) break;
    if (stopping.aborted) {
      tally.stoppedAt = items[0]?.line ?? 1;
      break;
    }
    const points: DataPoint[] = [];
    let line: number | undefined;
    for (const item of items) {
      if (item.kind === 'rejected') countRejected(item, tally);
      else {
        line ??= item.line;
        points.push(item.point);
      }
    }
    if (line !== undefined) {
      const sending = send(put, points, line, tally).finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    if (underWay.size >= PUTS_MAX) await Promise.race(underWay);
    progress();
  }
  await Promise.all(underWay);
  progress();
  return tally;
}

async function send(
  put: (points: readonly DataPoint[]) => Promise<unknown>,
  points: readonly DataPoint[],
  line: number,
  tally: SendTally,
): Promise<void> {
  try {
    await put(bySource(points));
    tally.sent += points.length;
  } catch (error) {
    if (tally.failure === undefined || line < tally.failure.line) tally.failure = { line, error };
  }
}

/** Rows of a time often come together; those of a source, brought together in their order, can share records. */
function bySource(points: readonly DataPoint[]): DataPoint[] {
  const groups = new Map<string, DataPoint[]>();
  for (const point of points) {
    const group = groups.get(point.source);
    if (group === undefined) groups.set(point.source, [point]);
    else group.push(point);
  }
  return [...groups.values()].flat();
}

function countRejected(item: RejectedItem, tally: SendTally): void {
  if (item.reason === 'empty') {
    tally.unmeasured += 1;
    return;
  }
  tally.rejected += 1;
  if (tally.rejections.length < REJECTIONS_SHOWN) tally.rejections.push(item);
}
