import { GetShardIteratorCommand, type GetShardIteratorInput, type KinesisClient } from '@aws-sdk/client-kinesis';
import type { ShardProgress, ShardTail } from '../../detection/silence/ports';
import { createKinesisTail } from './kinesis-tail';

const NOW = Date.UTC(2026, 10, 22, 13);
const quiet = (shard: string, changes: Partial<ShardProgress> = {}): ShardProgress => ({
  stream: 'arn:aws:kinesis:eu-central-1:1:stream/points',
  shard,
  sequence: '100',
  arrival: NOW - 60_000,
  ...changes,
});

const record = (arrival: number) => ({ ApproximateArrivalTimestamp: new Date(arrival), SequenceNumber: '101' });
type Page = { Records?: unknown[]; NextShardIterator?: string; MillisBehindLatest?: number; ChildShards?: unknown[] };

/** A stream as pages by place; counts calls. */
function stream(pages: Readonly<Record<string, readonly Page[] | Error>>) {
  const asked: string[] = [];
  const send = async (command: { input: object }) => {
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId, StartingSequenceNumber } = command.input as GetShardIteratorInput;
      const place = `${ShardId} ${StartingSequenceNumber ?? 'start'}`;
      asked.push(place);
      const found = pages[place];
      if (found === undefined) throw new Error(`nobody should ask for ${place}`);
      if (found instanceof Error) throw found;
      return { ShardIterator: `${place}#0` };
    }
    const [place, page] = (command.input as { ShardIterator: string }).ShardIterator.split('#') as [string, string];
    return (pages[place] as readonly Page[])[Number(page)];
  };
  return { tail: createKinesisTail({ client: { send } as Pick<KinesisClient, 'send'>, callTimeoutMs: 1_000 }), asked };
}

const END: Page = { Records: [], NextShardIterator: 'more', MillisBehindLatest: 0 };
const fault = (name: string, status = 400) =>
  Object.assign(new Error('said no'), { name, $metadata: { httpStatusCode: status } });

test.each<[string, ShardProgress, Readonly<Record<string, readonly Page[] | Error>>, ShardTail]>([
  ['nothing left: taken until now', quiet('s0'), { 's0 100': [END] }, { takenUntil: NOW }],
  [
    'a record waits: taken until it came',
    quiet('s0'),
    { 's0 100': [{ Records: [record(NOW - 40_000)] }] },
    { takenUntil: NOW - 40_000, waitingSince: NOW - 40_000 },
  ],
  [
    'an empty page is not the end',
    quiet('s0'),
    {
      's0 100': [
        { Records: [], NextShardIterator: 's0 100#1', MillisBehindLatest: 9_000 },
        { Records: [record(NOW - 30_000)] },
      ],
    },
    { takenUntil: NOW - 30_000, waitingSince: NOW - 30_000 },
  ],
  ['a busy shard is not asked', quiet('s0', { arrival: NOW - 5_000 }), {}, { takenUntil: NOW - 5_000 }],
  [
    'nor one that was left weeks ago',
    quiet('s0', { arrival: NOW - 30 * 86_400_000 }),
    {},
    { takenUntil: NOW - 30 * 86_400_000 },
  ],
  [
    'a closed shard is as far as the least of its children',
    quiet('s0'),
    {
      's0 100': [{ Records: [], ChildShards: [{ ShardId: 's1' }, { ShardId: 's2' }] }],
      's1 start': [END],
      's2 start': [{ Records: [record(NOW - 20_000)] }],
    },
    { takenUntil: NOW - 20_000, waitingSince: NOW - 20_000 },
  ],
  [
    'a place that Kinesis does not know',
    quiet('s0'),
    { 's0 100': fault('InvalidArgumentException') },
    { takenUntil: NOW - 60_000 },
  ],
  [
    'throttled',
    quiet('s0'),
    { 's0 100': fault('ProvisionedThroughputExceededException') },
    { takenUntil: NOW - 60_000 },
  ],
  ['broken for now', quiet('s0'), { 's0 100': fault('InternalFailure', 500) }, { takenUntil: NOW - 60_000 }],
])('%s', async (_, progress, pages, expected) => {
  expect(await stream(pages).tail.lookBehind([progress], NOW)).toEqual([expected]);
});

test('a child that was taken is asked from where it was taken', async () => {
  const { tail, asked } = stream({
    's0 100': [{ Records: [], ChildShards: [{ ShardId: 's1' }] }],
    's1 500': [END],
  });
  expect(await tail.lookBehind([quiet('s0'), quiet('s1', { sequence: '500' })], NOW)).toEqual([
    { takenUntil: NOW },
    { takenUntil: NOW },
  ]);
  expect(asked).toEqual(['s0 100', 's1 500', 's1 500']);
});

test('without permission it fails, and says so', async () => {
  const { tail } = stream({ 's0 100': fault('AccessDeniedException') });
  await expect(tail.lookBehind([quiet('s0')], NOW)).rejects.toThrow(/AccessDeniedException/);
});
