import fc from 'fast-check';
import { clockAheadWhen } from '../../../test/factories/clock-ahead';
import type { StreamEntry } from '../../runtime/records';
import { createOrderedSender, type PutResult, type SenderSettings } from './ordered-sender';
import type { Attempt, PutCall } from './put-call';

const SETTINGS: SenderSettings = {
  deadlineMs: 60_000,
  concurrency: 3,
  pauseMs: 1,
  bufferBytesMax: 1 << 20,
  random: () => 0.5,
};

type Fate = 'taken' | 'throttled' | 'refused' | 'taken, but nobody hears of it';

/** A stream in memory; asked for the fate of each record at each attempt. */
function fakeStream(fate: (record: StreamEntry, attempt: number) => Fate) {
  const records: StreamEntry[] = [];
  const calls: (readonly StreamEntry[])[] = [];
  const tries = new Map<StreamEntry, number>();
  const underWay = new Set<string>();
  let callsAtOnceMax = 0;
  let callsAtOnce = 0;
  const call: PutCall = async (batch) => {
    calls.push(batch);
    callsAtOnceMax = Math.max(callsAtOnceMax, ++callsAtOnce);
    for (const { partitionKey } of batch) {
      if (underWay.has(partitionKey)) throw new Error(`two records of ${partitionKey} at the same time`);
      underWay.add(partitionKey);
    }
    await new Promise((resolve) => setImmediate(resolve));
    callsAtOnce--;
    return batch.map((record): Attempt => {
      underWay.delete(record.partitionKey);
      const attempt = tries.get(record) ?? 0;
      tries.set(record, attempt + 1);
      const fated = fate(record, attempt);
      if (fated.startsWith('taken')) records.push(record);
      if (fated === 'taken') return { ok: true, shard: 'shardId-0', sequence: String(records.length) };
      return { ok: false, fault: { isTransient: fated !== 'refused', message: fated } };
    });
  };
  return { call, records, calls, tries, callsAtOnceMax: () => callsAtOnceMax };
}

const entry = (partitionKey: string, text = '', bytes = 0): StreamEntry => ({
  partitionKey,
  data: Buffer.from(text.padEnd(bytes, '.')),
});
const kinds = (results: readonly PutResult[]) => results.map((result) => (result.ok ? 'ok' : result.fault.reason));
const texts = (records: readonly StreamEntry[]) => records.map(({ data }) => String(data).replace(/\.+$/, ''));

describe('calls', () => {
  test('carry what was put in the same turn, at most 500 records each, some at the same time', async () => {
    const stream = fakeStream(() => 'taken');
    const { putRecords } = createOrderedSender(stream.call, SETTINGS);
    const puts = Array.from({ length: 1_200 }, (_, i) => putRecords([entry(`key-${i}`)]));
    await Promise.all(puts);
    expect(stream.calls.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(stream.callsAtOnceMax()).toBe(3);
  });

  test('are never more at the same time than allowed', async () => {
    const stream = fakeStream(() => 'taken');
    const { putRecords } = createOrderedSender(stream.call, { ...SETTINGS, concurrency: 2 });
    await putRecords(Array.from({ length: 3_000 }, (_, i) => entry(`key-${i}`)));
    expect(stream.callsAtOnceMax()).toBe(2);
  });

  test('hold at most 5 MiB with their keys', async () => {
    const stream = fakeStream(() => 'taken');
    const { putRecords } = createOrderedSender(stream.call, SETTINGS);
    const largest = 1_048_576 - 3;
    await putRecords(Array.from({ length: 11 }, (_, i) => entry(`k${String(i).padStart(2, '0')}`, '', largest)));
    expect(stream.calls.map(({ length }) => length)).toEqual([5, 5, 1]);
  });
});

test.each([
  ['a record of 1 MiB and a byte, key included', entry('key', '', 1_048_576 - 2), 'invalid'],
  ['the largest record', entry('key', '', 1_048_576 - 3), 'ok'],
  ['a key of two bytes a character', entry('ü'.repeat(256), '', 1_048_576 - 512), 'ok'],
  ['a record too large by such a key', entry('ü'.repeat(256), '', 1_048_576 - 511), 'invalid'],
  ['no key', entry(''), 'invalid'],
  ['a key of 257 characters', entry('k'.repeat(257)), 'invalid'],
])('%s is judged by itself', async (_, record, kind) => {
  const stream = fakeStream(() => 'taken');
  const { putRecords } = createOrderedSender(stream.call, SETTINGS);
  expect(kinds(await putRecords([entry('other'), record, entry('another')]))).toEqual(['ok', kind, 'ok']);
  expect(stream.records).toHaveLength(kind === 'ok' ? 3 : 2);
});

describe('a record that failed', () => {
  test('is sent again alone, and what follows under its key waits', async () => {
    const stream = fakeStream(({ data }, attempt) => (String(data) === 'a1' && attempt < 3 ? 'throttled' : 'taken'));
    const { putRecords } = createOrderedSender(stream.call, SETTINGS);
    const results = await putRecords([entry('a', 'a1'), entry('b', 'b1'), entry('a', 'a2'), entry('b', 'b2')]);
    expect(kinds(results)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(texts(stream.records)).toEqual(['b1', 'b2', 'a1', 'a2']);
    expect([...stream.tries.values()].sort()).toEqual([1, 1, 1, 4]);
  });

  test('for good takes those with it that wait behind it, and no others', async () => {
    const stream = fakeStream(({ data }) => (String(data) === 'a1' ? 'refused' : 'taken'));
    const { putRecords } = createOrderedSender(stream.call, SETTINGS);
    const first = putRecords([entry('a', 'a1'), entry('a', 'a2'), entry('b', 'b1')]);
    const second = putRecords([entry('a', 'a3'), entry('c', 'c1')]);
    expect(kinds(await first)).toEqual(['refused', 'held-back', 'ok']);
    expect(kinds(await second)).toEqual(['held-back', 'ok']);
    expect(kinds(await putRecords([entry('a', 'a4')]))).toEqual(['ok']);
    expect(texts(stream.records).sort()).toEqual(['a4', 'b1', 'c1']);
  });

  test('for good takes those with it that wait for room', async () => {
    const stream = fakeStream(({ data }) => (String(data) === 'a1' ? 'refused' : 'taken'));
    const { putRecords } = createOrderedSender(stream.call, { ...SETTINGS, bufferBytesMax: 1 });
    const results = await Promise.all(
      [[entry('a', 'a1')], [entry('b', 'b1')], [entry('a', 'a2'), entry('c', 'c1')]].map(putRecords),
    );
    expect(results.map(kinds)).toEqual([['refused'], ['ok'], ['held-back', 'ok']]);
    expect(kinds(await putRecords([entry('a', 'a3')]))).toEqual(['ok']);
  });

  test('is given up at its deadline, which begins with its first attempt', async () => {
    const stream = fakeStream(({ partitionKey }) => (partitionKey === 'a' ? 'throttled' : 'taken'));
    const { putRecords } = createOrderedSender(stream.call, SETTINGS);
    clockAheadWhen(() => stream.calls.length === 3);
    const [given, behind, other] = await putRecords([entry('a'), entry('a'), entry('b')]);
    expect(kinds([given!, behind!, other!])).toEqual(['gave-up', 'held-back', 'ok']);
    expect(given).toMatchObject({ fault: { message: 'throttled (3 attempts)' } });
    jest.restoreAllMocks();
  });

  test('is sent again after pauses that double up to a bound', async () => {
    const pauses: number[] = [];
    const spy = jest.spyOn(global, 'setTimeout').mockImplementation(((again: () => void, ms: number) => {
      pauses.push(ms);
      setImmediate(again);
    }) as typeof setTimeout);
    try {
      const stream = fakeStream((_, attempt) => (attempt < 10 ? 'throttled' : 'taken'));
      const { putRecords } = createOrderedSender(stream.call, { ...SETTINGS, pauseMs: 50 });
      await putRecords([entry('a')]);
    } finally {
      spy.mockRestore();
    }
    expect(pauses).toEqual([25, 50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500]);
  });
});

test('puts wait while too much is unsettled', async () => {
  const stream = fakeStream(() => 'taken');
  const { putRecords } = createOrderedSender(stream.call, { ...SETTINGS, bufferBytesMax: 10_000 });
  const puts = Array.from({ length: 100 }, (_, i) => putRecords([entry(`key-${i}`, `${i}`, 1_000)]));
  await Promise.all(puts);
  // A record counts 1,261 bytes: eight reach the bound.
  expect(Math.max(...stream.calls.map(({ length }) => length))).toBe(8);
  expect(texts(stream.records)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
});

test('close waits for what was put, also for what waits for room, and refuses more', async () => {
  const stream = fakeStream((_, attempt) => (attempt < 2 ? 'throttled' : 'taken'));
  const sender = createOrderedSender(stream.call, { ...SETTINGS, bufferBytesMax: 1 });
  const puts = ['a', 'b', 'c'].map((key) => sender.putRecords([entry(key)]));
  await Promise.all([sender.close(), sender.close()]);
  expect(stream.records).toHaveLength(3);
  await expect(sender.putRecords([entry('d')])).rejects.toThrow('closed');
  expect((await Promise.all(puts)).map(kinds)).toEqual([['ok'], ['ok'], ['ok']]);
  await sender.close();
});

test('whatever fails, each record has one result, none is lost, and none overtakes another of its key', async () => {
  const keys = fc.constantFrom('a', 'b', 'c', 'd');
  const puts = fc.array(fc.array(keys, { maxLength: 6 }), { minLength: 1, maxLength: 8 });
  const fates = fc.infiniteStream(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Fate>('taken') },
      fc.constantFrom<Fate>('throttled', 'refused', 'taken, but nobody hears of it'),
    ),
  );
  const property = fc.asyncProperty(
    puts,
    fates,
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(1, 700, 1e6),
    async (some, next, concurrency, bufferBytesMax) => {
      const stream = fakeStream(() => next.next().value);
      const { putRecords, close } = createOrderedSender(stream.call, {
        ...SETTINGS,
        pauseMs: 0,
        concurrency,
        bufferBytesMax,
      });
      let n = 0;
      const batches = some.map((batch) => batch.map((key) => entry(key, String(n++))));
      const results = (await Promise.all(batches.map(putRecords))).flat();
      await close();
      const records = batches.flat();
      expect(results).toHaveLength(records.length);
      const onStream = new Set(stream.records);
      records.forEach((record, i) => {
        const result = results[i]!;
        if (result.ok) expect(onStream).toContain(record);
        else if (result.fault.reason === 'held-back') expect(onStream).not.toContain(record);
      });
      for (const key of new Set(some.flat())) {
        const order = stream.records
          .filter(({ partitionKey }) => partitionKey === key)
          .map(({ data }) => Number(String(data)));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    },
  );
  await fc.assert(property, { numRuns: 400, seed: 11 });
});
