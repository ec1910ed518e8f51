import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { PartitionedLog } from '../log/partitioned-log';
import { record, temporaryFolder, withLog } from '../testing/logs';
import { EventSourceMapping, type MappingOptions, MappingStopped } from './event-source-mapping';
import type { FailureDestination, FailureRecord } from './failure-record';
import { folderDestination } from './folder-destination';
import type { MappingSettings } from './settings';
import { REAL_TIMING } from './timing';
import type { Discarded, Progress } from './worker-parts';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ path: folder, remove } = temporaryFolder());
});
afterEach(() => remove());

const bodyOf = (one: KinesisStreamEvent['Records'][number]) => Buffer.from(one.kinesis.data, 'base64').toString();
const bodiesOf = (event: KinesisStreamEvent) => event.Records.map(bodyOf);
const failedAt = (event: KinesisStreamEvent, body: string): KinesisStreamBatchResponse => ({
  batchItemFailures: event.Records.filter((one) => bodyOf(one) === body).map((one) => ({
    itemIdentifier: one.kinesis.sequenceNumber,
  })),
});
const append = (log: PartitionedLog, text: string) => log.append(text.split(' ').map((body) => record('pump-1', body)));
const keep = (into: FailureRecord[]): FailureDestination => ({ put: async (one) => void into.push(one) });
const QUICK: Partial<MappingSettings> = { retryDelayMs: 0 };

interface Run {
  /** Bodies of each invocation, joined. */
  readonly invocations: string[];
  readonly progress: Progress[];
  readonly discarded: Discarded[];
  readonly failures: FailureRecord[];
}

/** Appends the words to one shard, delivers them all to the handler, and tells what happened. */
async function deliver(
  words: string,
  handler: (event: KinesisStreamEvent, invocation: number, context: Context) => unknown,
  settings: Partial<MappingSettings>,
  options: Partial<MappingOptions> & { readonly now?: () => number } = {},
): Promise<Run> {
  const run: Run = { invocations: [], progress: [], discarded: [], failures: [] };
  await withLog(folder, { shards: 1, ...(options.now && { now: options.now }) }, async (log) => {
    const mapping = await EventSourceMapping.open(
      log,
      async (event, context) => {
        run.invocations.push(bodiesOf(event).join(' '));
        return (await handler(event, run.invocations.length, context)) as KinesisStreamBatchResponse;
      },
      {
        name: 'detect',
        settings: { ...QUICK, ...settings },
        destination: keep(run.failures),
        onProgress: (one) => run.progress.push(one),
        onDiscarded: (one) => run.discarded.push(one),
        ...options,
      },
    );
    await append(log, words);
    mapping.start();
    await mapping.drain();
    expect(mapping.lag()).toEqual({ records: 0, bytes: 0 });
  });
  return run;
}

describe('delivery', () => {
  test('is in order, in batches of the size asked', async () => {
    const { invocations } = await deliver('a b c d e', () => undefined, { batchSize: 2 });
    expect(invocations).toEqual(['a b', 'c d', 'e']);
  });

  test('closes a batch before its payload is too large', async () => {
    const { invocations } = await deliver('aaaa bbbb cccc', () => undefined, { payloadBytesMax: 1_300 });
    expect(invocations).toEqual(['aaaa bbbb', 'cccc']);
  });

  test('has one batch of a shard in flight, and shards side by side', async () => {
    let inFlight = 0;
    let most = 0;
    const shardsAtWork = new Set<string>();
    let sideBySide = 0;
    let meet = () => {};
    // The first of each shard wait for each other, however slow the machine is.
    const haveMet = new Promise<void>((resolve) => {
      meet = resolve;
    });
    await withLog(folder, { shards: 2 }, async (log) => {
      const mapping = await EventSourceMapping.open(
        log,
        async (event) => {
          const shard = event.Records[0]!.eventID.split(':')[0]!;
          expect(shardsAtWork.has(shard)).toBe(false);
          shardsAtWork.add(shard);
          most = Math.max(most, ++inFlight);
          if (shardsAtWork.size === 2) meet();
          await haveMet;
          sideBySide = Math.max(sideBySide, shardsAtWork.size);
          inFlight--;
          shardsAtWork.delete(shard);
        },
        { name: 'detect', settings: { batchSize: 3 } },
      );
      await log.append(Array.from({ length: 60 }, (_, i) => record(`pump-${i}`, `${i}`)));
      mapping.start();
      await mapping.drain();
    });
    expect([most, sideBySide]).toEqual([2, 2]);
  });

  test('gathers within the window, and goes at once when the batch is full', async () => {
    const invocations: string[] = [];
    const sleeps: number[] = [];
    let closeWindow: () => void = () => undefined;
    let now = 0;
    const timing = {
      ...REAL_TIMING,
      now: () => now,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          signal?.addEventListener('abort', () => resolve());
          if (ms > 5_000) return;
          sleeps.push(ms);
          closeWindow = () => {
            now += ms;
            resolve();
          };
        }),
    };
    await withLog(folder, { shards: 1 }, async (log) => {
      const mapping = await EventSourceMapping.open(
        log,
        async (event) => void invocations.push(bodiesOf(event).join(' ')),
        {
          name: 'detect',
          settings: { batchSize: 3, batchWindowMs: 5_000 },
          timing,
        },
      );
      mapping.start();
      await append(log, 'a');
      await until(() => sleeps.length > 0);
      await append(log, 'b c d');
      await until(() => invocations.length === 1);
      await until(() => sleeps.length > 1);
      expect(invocations).toEqual(['a b c']);
      closeWindow();
      await mapping.drain();
      expect(invocations).toEqual(['a b c', 'd']);
    });
  });

  test('goes on behind what was done when the mapping stopped, and repeats what was not', async () => {
    const seen: string[] = [];
    await withLog(folder, { shards: 1 }, async (log) => {
      await log.consumer('detect');
      await append(log, 'a b c d');
      let stopped: Promise<void> | undefined;
      const mapping: EventSourceMapping = await EventSourceMapping.open(
        log,
        async (event) => {
          seen.push(bodiesOf(event).join(' '));
          stopped ??= mapping.stop();
          return failedAt(event, 'c');
        },
        { name: 'detect', settings: QUICK },
      );
      const caughtUp = expect(mapping.caughtUp()).rejects.toThrow(MappingStopped);
      mapping.start();
      await caughtUp;
      await stopped;
    });
    await withLog(folder, { shards: 1 }, async (log) => {
      const mapping = await EventSourceMapping.open(log, async (event) => void seen.push(bodiesOf(event).join(' ')), {
        name: 'detect',
      });
      mapping.start();
      await mapping.drain();
    });
    expect(seen).toEqual(['a b c d', 'c d']);
  });

  test('is caught up behind records that the disk lost', async () => {
    await withLog(folder, { shards: 1, segmentBytesMax: 50 }, async (log) => {
      const mapping = await EventSourceMapping.open(log, async () => undefined, { name: 'detect' });
      await append(log, 'a');
      await append(log, 'b');
      const shard = join(folder, 'shardId-000000000000');
      for (const name of readdirSync(shard)) {
        truncateSync(join(shard, name), 5);
      }
      mapping.start();
      await mapping.caughtUp();
      expect(mapping.lag().records).toBe(0);
      await mapping.stop();
    });
  });
});

describe('failure', () => {
  test('a partial answer repeats from the lowest failed record on, at once', async () => {
    const { invocations, progress } = await deliver(
      'a b c d e',
      (event, n) => (n === 1 ? failedAt(event, 'c') : undefined),
      {},
    );
    expect(invocations).toEqual(['a b c d e', 'c d e']);
    expect(progress.map(({ records, done }) => [records, done])).toEqual([
      [5, 2],
      [3, 3],
    ]);
  });

  test('a poison record ends alone at the destination, and the shard goes on', async () => {
    const poison = (event: KinesisStreamEvent) => {
      if (bodiesOf(event).includes('c')) throw new Error('cannot digest c');
    };
    const { invocations, failures, discarded, progress } = await deliver('a b c d e f', poison, {
      maximumRetryAttempts: 2,
    });
    expect(invocations).toEqual(['a b c d e f', 'a b c', 'a b', 'c', 'c', 'c', 'd e f']);
    expect(discarded).toEqual([{ shard: 'shardId-000000000000', records: 1, condition: 'RetryAttemptsExhausted' }]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 5 },
      responseContext: { functionError: 'Unhandled' },
      KinesisBatchInfo: { batchSize: 1, startSequenceNumber: '3', endSequenceNumber: '3' },
    });
    expect(bodiesOf(JSON.parse(failures[0]!.payload))).toEqual(['c']);
    expect(progress[0]!.error).toEqual(new Error('cannot digest c'));
  });

  test('a poison record that the handler names is isolated too', async () => {
    const { invocations, failures } = await deliver('a b c d', (event) => failedAt(event, 'b'), {
      maximumRetryAttempts: 1,
    });
    expect(invocations).toEqual(['a b c d', 'b c d', 'b c', 'b', 'b', 'c', 'd']);
    expect(failures.map((one) => bodiesOf(JSON.parse(one.payload)))).toEqual([['b']]);
  });

  test('without bisect the whole batch is given up', async () => {
    const poison = () => Promise.reject(new Error('no'));
    const { invocations, failures } = await deliver('a b c', poison, {
      bisectBatchOnFunctionError: false,
      maximumRetryAttempts: 1,
      batchSize: 2,
    });
    expect(invocations).toEqual(['a b', 'a b', 'c', 'c']);
    expect(failures.map((one) => one.KinesisBatchInfo.batchSize)).toEqual([2, 1]);
  });

  test('records beyond their age are given up without another try', async () => {
    let now = 1_000_000;
    const timing = { ...REAL_TIMING, now: () => now };
    const { invocations, failures } = await deliver(
      'a b',
      () => {
        now += 61_000;
        throw new Error('down');
      },
      { maximumRecordAgeSeconds: 60, maximumRetryAttempts: -1, bisectBatchOnFunctionError: false },
      { timing, now: () => now },
    );
    expect(invocations).toEqual(['a b']);
    expect(failures[0]).toMatchObject({
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 1 },
      KinesisBatchInfo: { batchSize: 2 },
    });
  });

  test('retries wait longer each time, with chance in it', async () => {
    const pauses: number[] = [];
    const timing = {
      ...REAL_TIMING,
      random: () => 0.5,
      sleep: (ms: number, signal?: AbortSignal) => {
        if (ms === 60_000) return REAL_TIMING.sleep(ms, signal);
        pauses.push(ms);
        return Promise.resolve();
      },
    };
    const twice = (_: unknown, n: number) => (n < 4 ? Promise.reject(new Error('down')) : undefined);
    await deliver('a', twice, { retryDelayMs: 100 }, { timing });
    expect(pauses).toEqual([75, 150, 300]);
  });

  test('a handler beyond its time counts as failed; its context told it how long it had', async () => {
    const remaining: number[] = [];
    const { invocations, progress } = await deliver(
      'a',
      (_, n, context) => {
        remaining.push(context.getRemainingTimeInMillis());
        return n === 1 ? new Promise(() => undefined) : undefined;
      },
      { handlerTimeoutMs: 200 },
    );
    expect(invocations).toEqual(['a', 'a']);
    expect(progress[0]!.verdict).toEqual(
      expect.objectContaining({ kind: 'failure', reason: 'the handler did not answer within 200 ms' }),
    );
    for (const ms of remaining) expect(ms).toBeGreaterThan(0);
    for (const ms of remaining) expect(ms).toBeLessThanOrEqual(200);
  });

  test('a handler that throws at once, without a promise, fails its batch only', async () => {
    const once = (_: unknown, n: number) => {
      if (n === 1) throw new TypeError('defect');
    };
    expect((await deliver('a', once, {})).invocations).toEqual(['a', 'a']);
  });

  test('nothing is left behind before the destination has it', async () => {
    const problems: unknown[] = [];
    const taken: FailureRecord[] = [];
    let attempts = 0;
    const destination: FailureDestination = {
      put: async (one) => {
        if (++attempts < 3) throw new Error('disk full');
        taken.push(one);
      },
    };
    const { invocations } = await deliver(
      'a b',
      (event) => failedAt(event, 'a'),
      { maximumRetryAttempts: 0, batchSize: 1 },
      { destination, onProblem: (error) => problems.push(error) },
    );
    expect(invocations).toEqual(['a', 'b']);
    expect([problems.length, taken.length]).toEqual([2, 1]);
  });
});

test('a folder takes failure records as files, named as in a bucket', async () => {
  const destination = folderDestination(join(folder, 'failed'), 'detect');
  await deliver('a', () => Promise.reject(new Error('no')), { maximumRetryAttempts: 0 }, { destination });
  const names = readdirSync(join(folder, 'failed'), { recursive: true, encoding: 'utf8' });
  const file = names.find((name) => name.includes('T'))!;
  expect(file).toMatch(
    /^aws\/lambda\/detect\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
  );
  const kept: FailureRecord = JSON.parse(readFileSync(join(folder, 'failed', file), 'utf8'));
  expect(bodiesOf(JSON.parse(kept.payload))).toEqual(['a']);
});

test.each([
  ['batchSize', 0],
  ['batchSize', 10_001],
  ['batchWindowMs', 300_001],
  ['maximumRetryAttempts', -2],
  ['maximumRecordAgeSeconds', 604_801],
])('the setting %s does not take %i', async (name, value) => {
  await withLog(folder, {}, async (log) => {
    const opening = EventSourceMapping.open(log, async () => undefined, {
      name: 'detect',
      settings: { [name]: value },
    });
    await expect(opening).rejects.toThrow(name);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
