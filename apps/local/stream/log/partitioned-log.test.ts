import { randomUUID } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodies, readAll, record, temporaryFolder, withLog } from '../testing/logs';
import { LogClosed, LogFull, LogUnusable } from './errors';
import { processIdentity } from './lock';
import { PartitionedLog } from './partitioned-log';
import type { Damage } from './shard';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ path: folder, remove } = temporaryFolder());
});
afterEach(() => remove());

const ONE_SHARD = { shards: 1 };
const shardFolder = () => join(folder, 'shardId-000000000000');
const segments = () => readdirSync(shardFolder()).sort();
const lastSegment = () => join(shardFolder(), segments().at(-1)!);
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => record('pump-1', `body ${from + i}`));

describe('a record that was appended', () => {
  test('is read back with its key, bytes and arrival, and its position tells where', async () => {
    await withLog(folder, { shards: 4, now: () => 1_763_800_000_123 }, async (log) => {
      const data = Buffer.from([0, 255, 10, 13, 0x54, 0x57, 0x4c, 0x31]);
      const [position] = await log.append([{ partitionKey: 'Pumpe-ß-🌊', data }]);
      expect(position).toMatchObject({ stream: log.stream, sequence: '1', index: 0 });
      const shard = Number(position!.shard.slice('shardId-'.length));
      expect((await readAll(log))[shard]).toEqual([
        expect.objectContaining({ sequence: '1', arrivalMs: 1_763_800_000_123, partitionKey: 'Pumpe-ß-🌊', data }),
      ]);
    });
  });

  test('keeps its order by key among concurrent calls that nobody waited for', async () => {
    await withLog(folder, {}, async (log) => {
      await Promise.all(
        Array.from({ length: 50 }, (_, call) =>
          log.append(['a', 'b', 'c', 'd', 'e'].map((key) => record(key, `${call}`))),
        ),
      );
      for (const records of await readAll(log)) {
        for (const key of new Set(records.map((one) => one.partitionKey))) {
          const calls = records.filter((one) => one.partitionKey === key).map((one) => Number(one.data.toString()));
          expect(calls).toEqual([...calls].sort((a, b) => a - b));
          expect(calls).toHaveLength(50);
        }
      }
    });
  });

  test('never has an arrival before its predecessor, though the clock goes back', async () => {
    const times = [5_000, 4_000, 6_000];
    await withLog(folder, { ...ONE_SHARD, now: () => times.shift() ?? 9_000 }, async (log) => {
      // The first reading of the clock is the log's own birth.
      for (const body of ['a', 'b']) await log.append([record('k', body)]);
      expect((await readAll(log))[0]!.map((one) => one.arrivalMs)).toEqual([4_000, 6_000]);
      times.push(3_000);
      await log.append([record('k', 'c')]);
      expect((await readAll(log))[0]!.at(-1)!.arrivalMs).toBe(6_000);
    });
  });
});

describe('a restart', () => {
  test('keeps the stream, the number of shards and every record, and counts on', async () => {
    const stream = await withLog(folder, { shards: 3 }, async (log) => {
      await log.append(numbered(1, 10));
      return log.stream;
    });
    expect(stream).toMatch(/^arn:aws:kinesis:local:000000000000:stream\/points-[0-9a-f-]{36}$/);
    await withLog(folder, { shards: 8 }, async (log) => {
      expect([log.stream, log.shardCount]).toEqual([stream, 3]);
      const [position] = await log.append([record('pump-1', 'body 11')]);
      expect(position!.sequence).toBe('11');
      expect(bodies((await readAll(log)).flat())).toEqual(numbered(1, 11).map(({ data }) => data.toString()));
    });
  });

  test('another log has another identity', async () => {
    const other = join(folder, randomUUID());
    const names = [
      await withLog(folder, {}, async (log) => log.stream),
      await withLog(other, {}, async (log) => log.stream),
    ];
    expect(new Set(names).size).toBe(2);
  });

  test('goes on behind the last checkpoint of a consumer', async () => {
    await withLog(folder, ONE_SHARD, async (log) => {
      const consumer = await log.consumer('detect');
      await log.append(numbered(1, 5));
      const [, second] = (await readAll(log))[0]!;
      consumer.advance(0, second!.mark);
    });
    await withLog(folder, ONE_SHARD, async (log) => {
      const consumer = await log.consumer('detect');
      const reader = log.reader(0, consumer.mark(0));
      expect(bodies(await reader.next({ records: 10, bytes: 1e6 }))).toEqual(['body 3', 'body 4', 'body 5']);
    });
  });

  test('starts over for a consumer whose checkpoint is unreadable, and says so', async () => {
    await withLog(folder, ONE_SHARD, async (log) => {
      await log.consumer('detect');
      await log.append(numbered(1, 2));
    });
    writeFileSync(join(folder, 'consumers', 'detect', 'shardId-000000000000.json'), '{"sequence":');
    const problems: unknown[] = [];
    await withLog(folder, { ...ONE_SHARD, onProblem: (error) => problems.push(error) }, async (log) => {
      expect((await log.consumer('detect')).mark(0).sequence).toBe(0);
    });
    expect(String(problems[0])).toContain('reading starts over');
  });
});

describe('damage', () => {
  test('an unfinished write is cut, wherever it broke off; what was acknowledged stays, and no number is given twice', async () => {
    await withLog(folder, ONE_SHARD, (log) => log.append(numbered(1, 3)));
    const whole = readFileSync(lastSegment());
    const before = whole.length;
    await withLog(folder, ONE_SHARD, (log) => log.append(numbered(4, 4)));
    const torn = readFileSync(lastSegment());
    for (let length = before + 1; length < torn.length; length++) {
      writeFileSync(lastSegment(), torn.subarray(0, length));
      const damage: Damage[] = [];
      await withLog(folder, { ...ONE_SHARD, onDamage: (one) => damage.push(one) }, async (log) => {
        expect(bodies((await readAll(log))[0]!)).toEqual(['body 1', 'body 2', 'body 3']);
        const [position] = await log.append([record('pump-1', 'after')]);
        expect(Number(position!.sequence)).toBeGreaterThan(4);
        expect(bodies((await readAll(log))[0]!).at(-1)).toBe('after');
      });
      expect(damage).toEqual([{ file: lastSegment(), offset: before, bytes: length - before, action: 'cut' }]);
      writeFileSync(lastSegment(), whole);
    }
  });

  test('in the middle of a file costs the record it hits; its file and offset are told, the rest is read', async () => {
    await withLog(folder, ONE_SHARD, (log) => log.append(numbered(1, 9)));
    const file = readFileSync(lastSegment());
    const offset = file.indexOf('body 5');
    file[offset] = 0x42;
    writeFileSync(lastSegment(), file);
    const damage: Damage[] = [];
    await withLog(folder, { ...ONE_SHARD, onDamage: (one) => damage.push(one) }, async (log) => {
      const found = bodies((await readAll(log))[0]!);
      expect(found).toEqual([1, 2, 3, 4, 6, 7, 8, 9].map((n) => `body ${n}`));
    });
    const told = { file: lastSegment(), offset: (file.length / 9) * 4, bytes: file.length / 9, action: 'skipped' };
    // Once by the repair at opening, once by the reader that met it.
    expect(damage).toEqual([told, told]);
  });

  test('of an earlier segment, cut short, costs its lost records only', async () => {
    await withLog(folder, { ...ONE_SHARD, segmentBytesMax: 100 }, async (log) => {
      for (const one of numbered(1, 12)) await log.append([one]);
    });
    const earlier = join(shardFolder(), segments()[1]!);
    truncateSync(earlier, statSync(earlier).size - 3);
    const damage: Damage[] = [];
    await withLog(folder, { ...ONE_SHARD, onDamage: (one) => damage.push(one) }, async (log) => {
      expect(bodies((await readAll(log))[0]!)).toHaveLength(11);
    });
    expect(damage).toEqual([expect.objectContaining({ file: earlier, action: 'skipped' })]);
  });

  test('that took records which a consumer has seen does not give their numbers to others', async () => {
    await withLog(folder, ONE_SHARD, async (log) => {
      const consumer = await log.consumer('detect');
      await log.append(numbered(1, 5));
      consumer.advance(0, (await readAll(log))[0]!.at(-1)!.mark);
    });
    for (const name of segments()) rmSync(join(shardFolder(), name));
    await withLog(folder, ONE_SHARD, async (log) => {
      const [position] = await log.append(numbered(6, 6));
      expect(Number(position!.sequence)).toBeGreaterThan(5);
      const consumer = await log.consumer('detect');
      const reader = log.reader(0, consumer.mark(0));
      expect(bodies(await reader.next({ records: 10, bytes: 1e6 }))).toEqual(['body 6']);
    });
  });

  test('a folder whose manifest is gone or unreadable is refused, and left alone', async () => {
    await withLog(folder, ONE_SHARD, (log) => log.append(numbered(1, 1)));
    writeFileSync(join(folder, 'manifest.json'), '{"version":2}');
    await expect(PartitionedLog.open(folder)).rejects.toThrow(LogUnusable);
    rmSync(join(folder, 'manifest.json'));
    await expect(PartitionedLog.open(folder)).rejects.toThrow('missing, though the folder holds shards');
    expect(readdirSync(folder)).toEqual(['shardId-000000000000']);
  });
});

describe('the disk', () => {
  test('keeps what the slowest consumer has not processed, and no more than a segment beside it', async () => {
    await withLog(folder, { ...ONE_SHARD, segmentBytesMax: 1_000 }, async (log) => {
      const fast = await log.consumer('fast');
      const slow = await log.consumer('slow');
      for (let call = 0; call < 40; call++) await log.append(numbered(call * 10, call * 10 + 9));
      const all = (await readAll(log))[0]!;
      const before = segments().length;
      expect(before).toBeGreaterThan(10);
      fast.advance(0, all.at(-1)!.mark);
      await fast.flush();
      expect(segments()).toHaveLength(before);
      slow.advance(0, all[199]!.mark);
      await slow.flush();
      expect(bodies((await readAll(log))[0]!)).toContain('body 200');
      expect(bodies((await readAll(log))[0]!)).not.toContain('body 100');
      slow.advance(0, all.at(-1)!.mark);
      await slow.flush();
      expect(segments()).toHaveLength(1);
      expect(log.unreadBytes).toBe(0);
    });
  });

  test('a consumer that is removed holds nothing back', async () => {
    await withLog(folder, { ...ONE_SHARD, segmentBytesMax: 100 }, async (log) => {
      const consumer = await log.consumer('detect');
      await log.consumer('gone');
      for (const one of numbered(1, 20)) await log.append([one]);
      consumer.advance(0, (await readAll(log))[0]!.at(-1)!.mark);
      await consumer.flush();
      expect(segments().length).toBeGreaterThan(5);
      await log.removeConsumer('gone');
      expect(segments()).toHaveLength(1);
    });
  });

  test('a segment that is given up after a failed write is followed by another; nothing acknowledged is lost', async () => {
    await withLog(folder, ONE_SHARD, async (log) => {
      await log.append(numbered(1, 2));
      // The next write fails: the descriptor behind the log's back is closed, as if the disk had gone.
      const [writer] = (log as unknown as { writers: { file: { close(): Promise<void> } }[] }).writers;
      await writer!.file.close();
      await expect(log.append(numbered(3, 3))).rejects.toThrow('could not be written');
      await log.append(numbered(4, 4));
      expect(bodies((await readAll(log))[0]!)).toEqual(['body 1', 'body 2', 'body 4']);
      expect(segments()).toHaveLength(2);
    });
  });
});

describe('back-pressure', () => {
  const FULL_AT_500 = { ...ONE_SHARD, unreadBytesMax: 500 };
  const big = record('k', 'x'.repeat(600));

  test('an append waits in turn until the consumer has caught up', async () => {
    await withLog(folder, FULL_AT_500, async (log) => {
      const consumer = await log.consumer('detect');
      await log.append([big]);
      const order: string[] = [];
      const first = log.append([record('k', 'first'), big]).then(() => order.push('first'));
      const second = log.append([record('k', 'second')]).then(() => order.push('second'));
      await expect(log.append([big], { whenFull: 'reject' })).rejects.toThrow(LogFull);
      expect(order).toEqual([]);
      consumer.advance(0, (await readAll(log))[0]!.at(-1)!.mark);
      await first;
      // The first one filled the log again, so the second waits on.
      expect(order).toEqual(['first']);
      consumer.advance(0, (await readAll(log))[0]!.at(-1)!.mark);
      await second;
      expect(bodies((await readAll(log))[0]!).at(-1)).toBe('second');
    });
  });

  test('whoever waits when the log closes is turned away', async () => {
    const log = await PartitionedLog.open(folder, FULL_AT_500);
    await log.append([big]);
    const waiting = log.append([big]);
    const turnedAway = expect(waiting).rejects.toThrow(LogClosed);
    await log.close();
    await turnedAway;
    await expect(log.append([big])).rejects.toThrow(LogClosed);
  });

  test('the limit counts what a restart found unread', async () => {
    await withLog(folder, FULL_AT_500, async (log) => {
      await log.consumer('detect');
      await log.append([big]);
    });
    await withLog(folder, FULL_AT_500, async (log) => {
      await expect(log.append([big], { whenFull: 'reject' })).rejects.toThrow(LogFull);
    });
  });
});

describe('reading', () => {
  test('stops at the limits of records and bytes, but always gives one', async () => {
    await withLog(folder, ONE_SHARD, async (log) => {
      await log.append([record('k', 'aaaa'), record('k', 'bbbb'), record('k', 'cc'), record('k', 'x'.repeat(50))]);
      const reader = log.reader(0);
      expect(bodies(await reader.next({ records: 1, bytes: 100 }))).toEqual(['aaaa']);
      expect(bodies(await reader.next({ records: 9, bytes: 7 }))).toEqual(['bbbb', 'cc']);
      expect(await reader.next({ records: 9, bytes: 7, atLeastOne: false })).toEqual([]);
      expect(bodies(await reader.next({ records: 9, bytes: 7 }))).toEqual(['x'.repeat(50)]);
      expect(await reader.next({ records: 9, bytes: 7 })).toEqual([]);
    });
  });

  test('goes on with what is appended later, also into new segments', async () => {
    await withLog(folder, { ...ONE_SHARD, segmentBytesMax: 60 }, async (log) => {
      const reader = log.reader(0);
      const found: string[] = [];
      for (const one of numbered(1, 20)) {
        await log.append([one]);
        await reader.more();
        found.push(...bodies(await reader.next({ records: 9, bytes: 1e6 })));
      }
      expect(found).toEqual(numbered(1, 20).map(({ data }) => data.toString()));
    });
  });
});

describe('refused', () => {
  test('a record that is too large or has no usable key, with all of its call', async () => {
    await withLog(folder, ONE_SHARD, async (log) => {
      const huge = { partitionKey: 'k', data: Buffer.alloc(10 * 1_048_576 + 1) };
      for (const bad of [huge, record('', 'x'), record('k'.repeat(1025), 'x')])
        await expect(log.append([record('k', 'good'), bad])).rejects.toThrow(RangeError);
      expect((await readAll(log))[0]).toEqual([]);
      await log.append([{ partitionKey: 'k'.repeat(1024), data: huge.data.subarray(1) }]);
      const reader = log.reader(0);
      expect((await reader.next({ records: 1, bytes: 1 }))[0]!.data.length).toBe(10 * 1_048_576);
    });
  });

  test('a second opening while the first one lasts; a lock whose process is gone is taken over', async () => {
    await withLog(folder, ONE_SHARD, async () => {
      await expect(PartitionedLog.open(folder)).rejects.toThrow(LogUnusable);
    });
    appendFileSync(join(folder, 'lock'), '999999999 1');
    await withLog(folder, ONE_SHARD, (log) => log.append(numbered(1, 1)));
    writeFileSync(join(folder, 'lock'), processIdentity(process.ppid));
    await expect(PartitionedLog.open(folder)).rejects.toThrow(`in use by process ${process.ppid}`);
  });
});
