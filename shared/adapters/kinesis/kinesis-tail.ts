import {
  GetRecordsCommand,
  type GetRecordsOutput,
  GetShardIteratorCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import { TransientFault } from '../../detection/ports';
import { oldestWaiting } from '../../detection/silence/oldest-waiting';
import type { ShardProgress, ShardTail, StreamTail } from '../../detection/silence/ports';
import { listShards, untakenOf } from './listed-shards';
import { callFault } from './put-faults';

export interface KinesisTailOptions {
  readonly client: Pick<KinesisClient, 'send'>;
  /** ARN of the stream whose shards may be without progress. */
  readonly stream: string;
  readonly callTimeoutMs: number;
}

/** A shard whose last record is this young is not asked about: what was taken of it is new enough. */
const FRESH_MS = 10_000;
/** Kinesis may answer with an empty page before the end. */
const PAGES_MAX = 5;

/**
 * Looks behind the last record taken of each shard that has been quiet: is there another one? Two calls for such a shard, none
 * for a busy one. Of a shard that was closed its children must be taken as well. Where Kinesis does not know the place any
 * more the last record's arrival is all that is known. Shards without progress are asked from their start; one call lists
 * a thousand shards. What Kinesis does not answer for now is unknown.
 */
export function createKinesisTail({ client, stream: own, callTimeoutMs }: KinesisTailOptions): StreamTail {
  return {
    async lookBehind(progress, now) {
      const known = new Map(progress.map((one) => [`${one.stream}/${one.shard}`, one]));
      const listed = await orUnknown(() => listShards(client, own, callTimeoutMs));
      const isGone = ({ stream, shard }: ShardProgress) =>
        stream !== own || (listed !== 'unknown' && !listed.some(({ id }) => id === shard));
      const ask = async (one: ShardProgress): Promise<ShardTail> => {
        if (now - one.arrival < FRESH_MS || isGone(one)) return { takenUntil: one.arrival };
        const after = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: one.sequence } as const;
        return answered(one.arrival, () => look(one.shard, after));
      };
      const look = async (shard: string, from: Place): Promise<ShardTail> => {
        const end = await readToEnd(client, own, shard, from, callTimeoutMs);
        if (end.kind === 'record') {
          const came = Math.min(end.arrival, now);
          return { takenUntil: came, waitingSince: came };
        }
        if (end.kind === 'open') return { takenUntil: now };
        const children = end.children.map((child) => {
          const taken = known.get(`${own}/${child}`);
          return taken ? ask(taken) : look(child, START);
        });
        return leastOf(await Promise.all(children), now);
      };
      const untaken = async (): Promise<ShardTail[]> => {
        if (listed === 'unknown') return [{ takenUntil: 0, waitingSince: 'unknown' }];
        const taken = new Set(progress.flatMap(({ stream, shard }) => (stream === own ? shard : [])));
        return Promise.all(untakenOf(listed, taken).map((shard) => answered(0, () => look(shard, START))));
      };
      return (await Promise.all([Promise.all(progress.map(ask)), untaken()])).flat();
    },
  };

  /** The answer, or what was known without it. */
  async function answered(takenUntil: number, asked: () => Promise<ShardTail>): Promise<ShardTail> {
    const answer = await orUnknown(async () => {
      try {
        return await asked();
      } catch (error) {
        if (NO_SUCH_PLACE.test((error as Error).name)) return { takenUntil };
        throw error;
      }
    });
    return answer === 'unknown' ? { takenUntil, waitingSince: answer } : answer;
  }

  /** @throws {Error} if it will not get better by itself, as without permission */
  async function orUnknown<Answer>(asked: () => Promise<Answer>): Promise<Answer | 'unknown'> {
    try {
      return await asked();
    } catch (error) {
      if (error instanceof TransientFault) return 'unknown';
      const { isTransient, message } = callFault(error, own, callTimeoutMs);
      if (isTransient) return 'unknown';
      throw new Error(message, { cause: error });
    }
  }
}

/** A stream made anew or a shard that is gone: the place is not there any more. */
const NO_SUCH_PLACE = /^(ResourceNotFoundException|InvalidArgumentException|ExpiredIteratorException)$/;

const START = { ShardIteratorType: 'TRIM_HORIZON' } as const;

function leastOf(tails: readonly ShardTail[], now: number): ShardTail {
  const takenUntil = Math.min(now, ...tails.map((one) => one.takenUntil));
  const waitingSince = oldestWaiting(tails);
  return { takenUntil, ...(waitingSince === undefined ? {} : { waitingSince }) };
}

type Place =
  | { readonly ShardIteratorType: 'AFTER_SEQUENCE_NUMBER'; readonly StartingSequenceNumber: string }
  | typeof START;

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
