import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { EventRecord } from '../../apps/local/stream/mapping/event';

/** A stream made for one test. */
export interface TestStream {
  readonly name: string;
  readonly arn: string;
  /** Everything on each shard, in order. */
  readAll(): Promise<ReadonlyMap<string, readonly EventRecord[]>>;
  remove(): Promise<void>;
}

/** Resolves when records can be put. */
export async function createTestStream(client: KinesisClient, name: string, shards: number): Promise<TestStream> {
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
  const arn = await activeArn(client, name);
  return {
    name,
    arn,
    async readAll() {
      const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: name }));
      const ids = Shards.map(({ ShardId }) => ShardId!);
      return new Map(await Promise.all(ids.map(async (id) => [id, await readShard(client, name, id)] as const)));
    },
    remove: async () => void (await client.send(new DeleteStreamCommand({ StreamName: name }))),
  };
}

async function activeArn(client: KinesisClient, name: string): Promise<string> {
  for (;;) {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
    if (StreamDescriptionSummary!.StreamStatus === 'ACTIVE') return StreamDescriptionSummary!.StreamARN!;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readShard(client: KinesisClient, name: string, shard: string): Promise<EventRecord[]> {
  const start = { StreamName: name, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' } as const;
  let { ShardIterator: next } = await client.send(new GetShardIteratorCommand(start));
  const read: EventRecord[] = [];
  for (;;) {
    const answer = await client.send(new GetRecordsCommand({ ShardIterator: next, Limit: 1_000 }));
    const { Records = [], MillisBehindLatest, NextShardIterator } = answer;
    for (const { PartitionKey, SequenceNumber, Data, ApproximateArrivalTimestamp } of Records)
      read.push({
        partitionKey: PartitionKey!,
        sequence: SequenceNumber!,
        data: Buffer.from(Data!),
        arrivalMs: ApproximateArrivalTimestamp!.getTime(),
      });
    next = NextShardIterator;
    if (next === undefined || (Records.length === 0 && MillisBehindLatest === 0)) return read;
  }
}
