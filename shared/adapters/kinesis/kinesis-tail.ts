import {
  GetRecordsCommand,
  type GetRecordsOutput,
  GetShardIteratorCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import { TransientFault } from '../../detection/ports';
import { oldestWaiting } from '../../detection/silence/oldest-waiting';
import type { ShardProgress, ShardTail, StreamTail } from '../../detection/silence/ports';
import { callFault } from './put-faults';

export interface KinesisTailOptions {
  readonly client: Pick<KinesisClient, 'send'>;
  readonly callTimeoutMs: number;
}

/** A shard whose last record is this young is not asked about: what was taken of it is new enough. */
const FRESH_MS = 10_000;
/** Nor one this old: its sources were missed long ago, and it may have been closed and forgotten. */
const ASKED_MS_MAX = 8 * 86_400_000;
/** Kinesis may answer with an empty page before the end. */
const PAGES_MAX = 5;

/**
 * Looks behind the last record taken of each shard that has been quiet: is there another one? Two calls for such a shard, none
 * for a busy one. Of a shard that was closed its children must be taken as well. Where Kinesis does not know the place any
 * more, or does not answer for now, the last record's arrival is all that is known, and not whether another waits.
 */
export function createKinesisTail({ client, callTimeoutMs }: KinesisTailOptions): StreamTail {
  return {
    async lookBehind(progress, now) {
      const known = new Map(progress.map((one) => [`${one.stream}/${one.shard}`, one]));
      const ask = async (one: ShardProgress): Promise<ShardTail> => {
        if (now - one.arrival < FRESH_MS || now - one.arrival > ASKED_MS_MAX) return { takenUntil: one.arrival };
        const after = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: one.sequence } as const;
        try {
          return await look(one.stream, one.shard, after);
        } catch (error) {
          return { takenUntil: knownAllTheSame(error, one, callTimeoutMs) };
        }
      };
      const look = async (stream: string, shard: string, from: Place): Promise<ShardTail> => {
        const end = await readToEnd(client, stream, shard, from, callTimeoutMs);
        if (end.kind === 'record') {
          const came = Math.min(end.arrival, now);
          return { takenUntil: came, waitingSince: came };
        }
        if (end.kind === 'open') return { takenUntil: now };
        const children = end.children.map((child) => {
          const taken = known.get(`${stream}/${child}`);
          return taken ? ask(taken) : look(stream, child, { ShardIteratorType: 'TRIM_HORIZON' });
        });
        return leastOf(await Promise.all(children), now);
      };
      return Promise.all(progress.map(ask));
    },
  };
}

function leastOf(tails: readonly ShardTail[], now: number): ShardTail {
  const takenUntil = Math.min(now, ...tails.map((one) => one.takenUntil));
  const waitingSince = oldestWaiting(tails);
  return { takenUntil, ...(waitingSince === undefined ? {} : { waitingSince }) };
}

type Place =
  | { readonly ShardIteratorType: 'AFTER_SEQUENCE_NUMBER'; readonly StartingSequenceNumber: string }
  | { readonly ShardIteratorType: 'TRIM_HORIZON' };

/** What comes after a place: a record, nothing yet, or the end of a closed shard. */
type End =
  | { readonly kind: 'record'; readonly arrival: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'closed'; readonly children: readonly string[] };

async function readToEnd(
  client: Pick<KinesisClient, 'send'>,
  stream: string,
  shard: string,
  from: Place,
  callTimeoutMs: number,
): Promise<End> {
  const patience = () => ({ abortSignal: AbortSignal.timeout(callTimeoutMs) });
  const first = await client.send(
    new GetShardIteratorCommand({ StreamARN: stream, ShardId: shard, ...from }),
    patience(),
  );
  let iterator = first.ShardIterator;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer: GetRecordsOutput = await client.send(
      new GetRecordsCommand({ StreamARN: stream, ShardIterator: iterator, Limit: 1 }),
      patience(),
    );
    const arrival = answer.Records?.[0]?.ApproximateArrivalTimestamp;
    if (arrival !== undefined) return { kind: 'record', arrival: arrival.getTime() };
    if (answer.NextShardIterator === undefined) {
      return { kind: 'closed', children: answer.ChildShards?.flatMap(({ ShardId }) => ShardId ?? []) ?? [] };
    }
    if (answer.MillisBehindLatest === 0) return { kind: 'open' };
    iterator = answer.NextShardIterator;
  }
  throw new TransientFault('stream', `${stream}: shard ${shard} gives empty pages`);
}

/** A stream made anew or a shard that is gone: the place is not there any more. */
const NO_SUCH_PLACE = /^(ResourceNotFoundException|InvalidArgumentException|ExpiredIteratorException)$/;

/** @throws {Error} if it will not get better by itself, as without permission */
function knownAllTheSame(error: unknown, { stream, arrival }: ShardProgress, callTimeoutMs: number): number {
  if (error instanceof TransientFault || NO_SUCH_PLACE.test((error as Error).name)) return arrival;
  const { isTransient, message } = callFault(error, stream, callTimeoutMs);
  if (isTransient) return arrival;
  throw new Error(message, { cause: error });
}
