import { type RetryOptions, withRetries } from '../with-retries';
import type { Answer, InfluxClient } from './influx-client';
import { describeRefusal, failure, isRowsFault, isTooLarge } from './influx-faults';

/** A line that the server will never take, by its place among the lines given. */
export interface RefusedLine {
  readonly at: number;
  readonly reason: string;
}

interface Part {
  /** Places of the lines, and the lines. */
  readonly at: readonly number[];
  readonly lines: readonly string[];
}

/** Recommended batch size; of three bytes at most, the characters stay well under the server's limit for a body (25 MB by default). */
const BATCH = { lines: 5_000, chars: 4_000_000 } as const;
/** Requests that may be spent on finding out which lines of a call were refused. */
const SEARCHES_MAX = 200;

/**
 * Writes lines in batches, some at a time, each repeated until it is durable or the time is used up: lines bear their time,
 * so that repeating has no further effect. The server says how many lines it dropped but not which; halves of the batch
 * are written again until that is known.
 *
 * @returns lines that are not in the store and never will be; all others are
 * @throws {TransientFault} if a batch could not be written in time; others may have been
 */
export async function writeLines(
  client: InfluxClient,
  lines: readonly string[],
  concurrency: number,
  retries: RetryOptions,
): Promise<readonly RefusedLine[]> {
  const waiting = batches(lines);
  const refused: RefusedLine[] = [];
  let searches = 0;
  const write = async (part: Part): Promise<void> => {
    const answer = await posted(client, part, retries);
    if (answer === undefined) return;
    const { reason, dropped } = describeRefusal(answer);
    if (part.lines.length === 1 || dropped === part.lines.length) {
      refused.push(...part.at.map((at) => ({ at, reason })));
      return;
    }
    searches += 2;
    if (searches > SEARCHES_MAX && !isTooLarge(answer)) {
      const some = `one or more of ${part.lines.length} rows: ${reason}`;
      refused.push(...part.at.map((at) => ({ at, reason: some })));
      return;
    }
    for (const half of halves(part)) await write(half);
  };
  const worker = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await write(part);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(concurrency, waiting.length) }, worker));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  return refused;
}

/** Undefined when all lines are durable, else what the server has against some of them. */
function posted(client: InfluxClient, part: Part, retries: RetryOptions): Promise<Answer | undefined> {
  const body = part.lines.join('\n');
  return withRetries(retries, async (timeoutMs) => {
    const answer = await client.write(body, timeoutMs);
    if (answer.status === 204 || answer.status === 200) return undefined;
    if (isRowsFault(answer) || isTooLarge(answer)) return answer;
    throw failure(answer);
  });
}

function batches(lines: readonly string[]): Part[] {
  const parts: { at: number[]; lines: string[] }[] = [];
  let chars = 0;
  lines.forEach((line, at) => {
    const more = line.length + 1;
    const last = parts.at(-1);
    if (last === undefined || last.lines.length === BATCH.lines || chars + more > BATCH.chars) {
      parts.push({ at: [at], lines: [line] });
      chars = more;
    } else {
      last.at.push(at);
      last.lines.push(line);
      chars += more;
    }
  });
  return parts;
}

function halves({ at, lines }: Part): readonly Part[] {
  const middle = Math.ceil(lines.length / 2);
  return [
    { at: at.slice(0, middle), lines: lines.slice(0, middle) },
    { at: at.slice(middle), lines: lines.slice(middle) },
  ];
}
