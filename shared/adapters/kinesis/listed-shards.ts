import { type KinesisClient, ListShardsCommand, type ListShardsOutput } from '@aws-sdk/client-kinesis';

/** A shard that the stream still keeps records of, open or closed. */
export interface ListedShard {
  readonly id: string;
  /** From which it was split off or merged; empty for a first one. They may be kept no more. */
  readonly parents: readonly string[];
}

/** All shards that a stream (by its ARN) keeps. One call for a thousand of them. Rejects as the SDK does. */
export async function listShards(
  client: Pick<KinesisClient, 'send'>,
  stream: string,
  callTimeoutMs: number,
): Promise<readonly ListedShard[]> {
  const listed: ListedShard[] = [];
  let next: string | undefined;
  do {
    const answer: ListShardsOutput = await client.send(
      // A token names the stream itself.
      new ListShardsCommand(next === undefined ? { StreamARN: stream } : { NextToken: next }),
      { abortSignal: AbortSignal.timeout(callTimeoutMs) },
    );
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of answer.Shards ?? []) {
      if (ShardId === undefined) continue;
      listed.push({ id: ShardId, parents: [ParentShardId, AdjacentParentShardId].flatMap((id) => id ?? []) });
    }
    next = answer.NextToken;
  } while (next !== undefined);
  return listed;
}

/**
 * Shards of which nothing was taken, as far as is known. A shard was read to its end before its children are read at all, so
 * one with a child that was taken, or a child's child, was taken as well, though nobody may remember.
 */
export function untakenOf(listed: readonly ListedShard[], taken: ReadonlySet<string>): readonly string[] {
  const parentsOf = new Map(listed.map(({ id, parents }) => [id, parents]));
  const covered = new Set<string>();
  const waiting = [...taken];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (covered.has(id)) continue;
    covered.add(id);
    waiting.push(...(parentsOf.get(id) ?? []));
  }
  return listed.flatMap(({ id }) => (covered.has(id) ? [] : id));
}
