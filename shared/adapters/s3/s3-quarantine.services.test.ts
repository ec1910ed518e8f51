import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { QuarantineObject } from '../../domain/rows';
import { awsClientConfig } from '../aws/aws-client';
import { describeQuarantine } from '../contracts/quarantine.contract';
import { createS3Quarantine } from './s3-quarantine';
import { createS3Settings } from './s3-settings';

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const s3 = new S3Client(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 5_000, concurrency: 4 }));
afterAll(() => s3.destroy());

async function newBucket(): Promise<string> {
  const bucket = `tidewatch-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return bucket;
}

describeQuarantine('a bucket of the emulator', async () => {
  const quarantine = createS3Quarantine({ region, endpointUrl, bucket: await newBucket() });
  return {
    quarantine,
    async read() {
      const objects: QuarantineObject[] = [];
      for await (const one of quarantine.read()) objects.push(one);
      return objects;
    },
  };
});

test('settings are the defaults in a bucket without a document', async () => {
  const onProblem = (error: unknown) => {
    throw error;
  };
  const bucket = await newBucket();
  const settings = createS3Settings({ region, endpointUrl, bucket, clock: () => 0, onProblem });
  expect((await settings()).version).toBe(1);
});
