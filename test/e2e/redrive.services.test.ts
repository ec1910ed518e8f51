import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { withSetAside } from '../../apps/cli/quarantine/place';
import { redrive } from '../../apps/cli/quarantine/redrive';
import { planBatch } from '../../lambdas/detect-anomalies/plan-batch';
import { awsClientConfig } from '../../shared/adapters/aws/aws-client';
import { createKinesisClient } from '../../shared/adapters/kinesis/kinesis-client';
import { createS3Quarantine } from '../../shared/adapters/s3/s3-quarantine';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { decodeBody } from '../../shared/runtime/body';
import { ARRIVAL, streamRecord } from '../factories/records';
import { createTestStream } from './kinesis-stream';

const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const region = 'eu-central-1';

test('from a bucket of the emulator onto a stream of it, once', async () => {
  const s3 = new S3Client(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 5_000, concurrency: 4 }));
  const kinesis = createKinesisClient({ endpointUrl, region, callTimeoutMs: 10_000, concurrency: 4 });
  const bucket = `aside-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
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
