import {
  GetShardIteratorCommand,
  type GetShardIteratorInput,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { ShardProgress, ShardTail } from '../../detection/silence/ports';
import { createKinesisTail } from './kinesis-tail';

const NOW = Date.UTC(2026, 10, 22, 13);
const STREAM = 'arn:aws:kinesis:eu-central-1:1:stream/points';
const quiet = (shard: string, changes: Partial<ShardProgress> = {}): ShardProgress => ({
  stream: STREAM,
  shard,
  sequence: '100',
  arrival: NOW - 60_000,
  ...changes,
});

const record = (arrival: number) => ({ ApproximateArrivalTimestamp: new Date(arrival), SequenceNumber: '101' });
type Page = { Records?: unknown[]; NextShardIterator?: string; MillisBehindLatest?: number; ChildShards?: unknown[] };

/** Shards as the stream lists them, each with those that it came from. */
type Listed = Readonly<Record<string, readonly string[]>>;
const ONE: Listed = { s0: [] };
/** s0 was split. */
const SPLIT: Listed = { s0: [], s1: ['s0'], s2: ['s0'] };

/** A stream as the shards that it lists, two a call, and pages by place; counts calls. */
function stream(pages: Readonly<Record<string, readonly Page[] | Error>>, listed: Listed | Error = ONE) {
  const asked: string[] = [];
  const send = async (command: { input: object }) => {
    if (command instanceof ListShardsCommand) {
      if (listed instanceof Error) throw listed;
      const { StreamARN, NextToken } = command.input;
      if ((StreamARN === STREAM) === (NextToken !== undefined)) throw new Error('either the stream or a token');
      const from = Number(NextToken ?? 0);
      const Shards = Object.entries(listed).map(([ShardId, [ParentShardId, AdjacentParentShardId]]) => ({
        ...{ ShardId, ParentShardId, AdjacentParentShardId },
      }));
      const isRest = from + 2 < Shards.length;
      return { Shards: Shards.slice(from, from + 2), ...(isRest ? { NextToken: `${from + 2}` } : {}) };
    }
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
  const client = { send } as Pick<KinesisClient, 'send'>;
  return { tail: createKinesisTail({ client, stream: STREAM, callTimeoutMs: 1_000 }), asked };
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
    'nor one that the stream forgot',
    quiet('gone', { arrival: NOW - 30 * 86_400_000 }),
    { 's0 start': [END] },
    { takenUntil: NOW - 30 * 86_400_000 },
  ],
  [
    'nor one of another stream',
    quiet('s0', { stream: 'another' }),
    { 's0 start': [END] },
    { takenUntil: NOW - 60_000 },
  ],
  [
    'one that was quiet for weeks is asked',
    quiet('s0', { arrival: NOW - 30 * 86_400_000 }),
    { 's0 100': [{ Records: [record(NOW - 20_000)] }] },
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
    { takenUntil: NOW - 60_000, waitingSince: 'unknown' },
  ],
  [
    'broken for now',
    quiet('s0'),
    { 's0 100': fault('InternalFailure', 500) },
    { takenUntil: NOW - 60_000, waitingSince: 'unknown' },
  ],
])('%s', async (_, progress, pages, expected) => {
  const [tail] = await stream(pages).tail.lookBehind([progress], NOW);
  expect(tail).toEqual(expected);
});

test('a closed shard is as far as the least of its children', async () => {
  const pages = {
    's0 100': [{ Records: [], ChildShards: [{ ShardId: 's1' }, { ShardId: 's2' }] }],
    's1 start': [END],
    's2 start': [{ Records: [record(NOW - 20_000)] }],
  };
  const [tail] = await stream(pages, SPLIT).tail.lookBehind([quiet('s0')], NOW);
  expect(tail).toEqual({ takenUntil: NOW - 20_000, waitingSince: NOW - 20_000 });
});

describe('shards of which nobody knows any progress', () => {
  const WAITS: readonly Page[] = [{ Records: [record(NOW - 40_000)] }];
  const EMPTY: readonly Page[] = [{ Records: [] }];

  test.each<[string, readonly string[], Listed, Readonly<Record<string, readonly Page[] | Error>>, object[]]>([
    ['a stream of which nothing was ever taken: what waits is told', [], ONE, { 's0 start': WAITS }, [waits()]],
    ['none waits in an empty one', [], ONE, { 's0 start': [END] }, [{ takenUntil: NOW }]],
    [
      'every shard is asked, however many calls list them',
      [],
      { s0: [], s1: [], s2: [] },
      { 's0 start': [END], 's1 start': [END], 's2 start': WAITS },
      [{ takenUntil: NOW }, { takenUntil: NOW }, waits()],
    ],
    [
      'a closed parent counts as taken when a child was, though it holds records',
      ['s1'],
      SPLIT,
      { 's1 100': [END], 's2 start': [END] },
      [{ takenUntil: NOW }, { takenUntil: NOW }],
    ],
    [
      "and when a child's child was, of two that were merged",
      ['s3'],
      { ...SPLIT, s3: ['s1', 's2'] },
      { 's3 100': [END] },
      [{ takenUntil: NOW }],
    ],
    [
      'else it is asked as its children are',
      [],
      SPLIT,
      { 's0 start': WAITS, 's1 start': [END], 's2 start': [END] },
      [waits(), { takenUntil: NOW }, { takenUntil: NOW }],
    ],
    [
      'one that was closed before anything came waits for nothing',
      ['s1'],
      { s0: [], s1: [] },
      { 's1 100': [END], 's0 start': EMPTY },
      [{ takenUntil: NOW }, { takenUntil: NOW }],
    ],
    [
      'one that does not answer is unknown',
      [],
      ONE,
      { 's0 start': fault('InternalFailure', 500) },
      [{ takenUntil: 0, waitingSince: 'unknown' }],
    ],
  ])('%s', async (_, taken, listed, pages, expected) => {
    const { tail } = stream(pages, listed);
    expect(
      await tail.lookBehind(
        taken.map((shard) => quiet(shard)),
        NOW,
      ),
    ).toEqual(expected);
  });

  test('while the shards are not listed those that were taken are looked at all the same', async () => {
    const { tail } = stream({ 's0 100': WAITS }, fault('LimitExceededException'));
    expect(await tail.lookBehind([quiet('s0')], NOW)).toEqual([waits(), { takenUntil: 0, waitingSince: 'unknown' }]);
  });

  test('without permission to list them it fails, and says so', async () => {
    const { tail } = stream({}, fault('AccessDeniedException'));
    await expect(tail.lookBehind([], NOW)).rejects.toThrow(/AccessDeniedException/);
  });

  function waits(): ShardTail {
    return { takenUntil: NOW - 40_000, waitingSince: NOW - 40_000 };
  }
});

test('a child that was taken is asked from where it was taken', async () => {
  const { tail, asked } = stream(
    {
      's0 100': [{ Records: [], ChildShards: [{ ShardId: 's1' }] }],
      's1 500': [END],
    },
    { s0: [], s1: ['s0'] },
  );
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
