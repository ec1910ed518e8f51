import type { KinesisStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { record, temporaryFolder, withLog } from '../testing/logs';
import { EventSourceMapping } from './event-source-mapping';

/** What a handler may do with a batch; `at` picks a record of it. */
type Deed = { readonly deed: 'succeed' | 'throw' | 'garble' | 'fail-at'; readonly at: number };

const deeds = fc.array(
  fc.record({
    deed: fc.constantFrom<Deed['deed'][]>('succeed', 'throw', 'garble', 'fail-at'),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  { maxLength: 40 },
);
const settings = fc.record({
  batchSize: fc.integer({ min: 1, max: 9 }),
  bisectBatchOnFunctionError: fc.boolean(),
  maximumRetryAttempts: fc.integer({ min: 0, max: 3 }),
});

test('whatever handlers do, every record is done or at the destination, in the order of its shard, and stops are harmless', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 }),
      deeds,
      settings,
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
      checkRun,
    ),
    { numRuns: 60, seed: 20_261_122 },
  );
});

async function checkRun(
  keys: readonly number[],
  script: readonly Deed[],
  mappingSettings: Record<string, number | boolean>,
  stopsAt: readonly number[],
): Promise<void> {
  const { path, remove } = temporaryFolder();
  /** Sequence numbers in the order in which they were finished, by shard. */
  const finished = new Map<string, number[]>();
  const finish = (shard: string, sequences: readonly number[]) =>
    finished.set(shard, [...(finished.get(shard) ?? []), ...sequences]);
  let invocation = 0;
  const handler = async (event: KinesisStreamEvent) => {
    const shard = event.Records[0]!.eventID.split(':')[0]!;
    const sequences = event.Records.map((one) => Number(one.kinesis.sequenceNumber));
    // Nothing is delivered again that was done, nothing is passed over.
    expect(sequences[0]).toBe((finished.get(shard)?.at(-1) ?? 0) + 1);
    expect(sequences).toEqual(sequences.map((_, i) => sequences[0]! + i));
    const { deed, at } = script[invocation++] ?? { deed: 'succeed', at: 0 };
    const failed = Math.floor(at * sequences.length);
    if (deed === 'throw') throw new Error('scripted');
    if (deed === 'garble') return { batchItemFailures: [{ itemIdentifier: '' }] };
    finish(shard, deed === 'succeed' ? sequences : sequences.slice(0, failed));
    return deed === 'succeed' ? undefined : { batchItemFailures: [{ itemIdentifier: String(sequences[failed]) }] };
  };
  const destination = {
    put: async ({ KinesisBatchInfo: { shardId, startSequenceNumber, endSequenceNumber } }: PutRecord) => {
      const [from, to] = [Number(startSequenceNumber), Number(endSequenceNumber)];
      finish(
        shardId,
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
      );
    },
  };
  try {
    await withLog(path, { shards: 2, segmentBytesMax: 300 }, async (log) => {
      const positions = await log.append(keys.map((key, i) => record(`pump-${key}`, `${i}`)));
      await log.consumer('detect');
      expect(positions).toHaveLength(keys.length);
    });
    for (const stopAt of [...stopsAt, Number.POSITIVE_INFINITY]) {
      await withLog(path, {}, async (log) => {
        const settingsNow = { ...mappingSettings, retryDelayMs: 0 };
        const mapping: EventSourceMapping = await EventSourceMapping.open(
          log,
          async (event) => {
            if (invocation >= stopAt) mapping.stop().catch(() => undefined);
            return handler(event);
          },
          { name: 'detect', settings: settingsNow, destination },
        );
        mapping.start();
        await mapping.caughtUp().catch(() => undefined);
        await mapping.stop();
      });
    }
    const all = [...finished.values()].flat();
    expect(all).toHaveLength(keys.length);
    for (const sequences of finished.values()) expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  } finally {
    remove();
  }
}

interface PutRecord {
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
  };
}
