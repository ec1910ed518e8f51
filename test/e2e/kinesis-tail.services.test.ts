import { createKinesisClient } from '../../shared/adapters/kinesis/kinesis-client';
import { createKinesisProducer } from '../../shared/adapters/kinesis/kinesis-producer';
import { createKinesisTail } from '../../shared/adapters/kinesis/kinesis-tail';
import { oldestWaiting } from '../../shared/detection/silence/oldest-waiting';
import { createTestStream } from './kinesis-stream';

const endpointUrl = process.env['AWS_ENDPOINT_URL'];
if (endpointUrl === undefined)
  throw new Error('AWS_ENDPOINT_URL must name an AWS emulator that these tests may write to');

test('an emulated stream: what was not taken holds the shard back, and nothing does once all is taken', async () => {
  const region = 'eu-central-1';
  const client = createKinesisClient({ endpointUrl, region, callTimeoutMs: 10_000, concurrency: 4 });
  const stream = await createTestStream(client, `tail-${process.pid}-${Date.now()}`, 2);
  const producer = createKinesisProducer({ stream: stream.name, endpointUrl, region });
  try {
    const point = (n: number) => ({ source: 'pump', timestamp: Date.now() + n, metrics: { a: n }, tags: {} });
    const [first, last] = await producer.put([point(1), point(2)]);
    const arn = `arn:aws:kinesis:${region}:000000000000:stream/${stream.name}`;
    const tail = createKinesisTail({ client, stream: arn, callTimeoutMs: 10_000 });
    const arrival = Date.now();
    const now = arrival + 60_000;
    const neverTaken = await tail.lookBehind([], now);
    expect(neverTaken).toHaveLength(2);
    expect(oldestWaiting(neverTaken)).toBeGreaterThan(arrival - 30_000);
    const at = (position: typeof first) => [
      { stream: arn, shard: position!.shard, sequence: position!.sequence, arrival },
    ];
    const [heldBack] = await tail.lookBehind(at(first), now);
    expect(heldBack!.takenUntil).toBeLessThan(now - 30_000);
    expect(heldBack!.waitingSince).toBe(heldBack!.takenUntil);
    expect(await tail.lookBehind(at(last), now)).toEqual([{ takenUntil: now }, { takenUntil: now }]);
  } finally {
    await producer.close();
    await stream.remove();
    client.destroy();
  }
});
