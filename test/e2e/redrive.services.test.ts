import { withSetAside } from '../../apps/cli/quarantine/place';
import { redrive } from '../../apps/cli/quarantine/redrive';
import { planBatch } from '../../lambdas/detect-anomalies/plan-batch';
import { createKinesisClient } from '../../shared/adapters/kinesis/kinesis-client';
import { createS3Quarantine } from '../../shared/adapters/s3/s3-quarantine';
import { emulatedS3 } from '../../shared/adapters/s3/testing/emulated-s3';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { decodeBody } from '../../shared/runtime/body';
import { ARRIVAL, streamRecord } from '../factories/records';
import { createTestStream } from './kinesis-stream';

const { region, endpointUrl, s3, newBucket } = emulatedS3();

test('from a bucket of the emulator onto a stream of it, once', async () => {
  const kinesis = createKinesisClient({ endpointUrl, region, callTimeoutMs: 10_000, concurrency: 4 });
  const bucket = await newBucket();
  const stream = await createTestStream(kinesis, `redrive-${process.pid}-${Date.now()}`, 2);
  const quarantine = createS3Quarantine({ region, endpointUrl, bucket });
  const records = Array.from({ length: 300 }, (_, i) =>
    streamRecord({ source: `pump-${i}`, timestamp: ARRIVAL, metrics: { flow: 'high' } }, i),
  );
  await quarantine.put(planBatch(records, DEFAULT_SETTINGS).quarantined.map(({ object }) => object));
  const environment = { AWS_REGION: region, AWS_ENDPOINT_URL: endpointUrl };
  const flags = { bucket, stream: stream.name, yes: true, attemptsMax: 3 };
  const written = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const run = () => withSetAside(flags, environment, (aside) => redrive(aside, flags, environment, Date.now));
  expect(await run()).toBe(0);
  expect(await run()).toBe(0);
  written.mockRestore();
  const put = [...(await stream.readAll()).values()].flat();
  expect(put).toHaveLength(300);
  for (const { partitionKey, data } of put) {
    const { rejections, redriven } = decodeBody(data);
    expect(redriven).toMatchObject({ attempt: 1, reason: 'invalid-field', arrival: ARRIVAL });
    expect(rejections).toMatchObject([{ field: 'metrics.flow' }]);
    expect(partitionKey).toMatch(/^pump-\d+$/);
  }
  await stream.remove();
  quarantine.close();
  kinesis.destroy();
  s3.destroy();
});
