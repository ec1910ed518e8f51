import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { QuarantineObject } from '../../domain/rows';
import { awsClientConfig } from '../aws/aws-client';
import { describeFailedBatches } from '../contracts/failed-batches.contract';
import { describeQuarantine } from '../contracts/quarantine.contract';
import { describeQuarantineArchive } from '../contracts/quarantine-archive.contract';
import { openQuarantineArchive } from '../quarantine-archive';
import { createS3Place } from './s3-place';
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

async function opened() {
  const options = { region, endpointUrl, bucket: await newBucket() };
  return { quarantine: createS3Quarantine(options), archive: openQuarantineArchive(createS3Place(options)) };
}

describeQuarantine('a bucket of the emulator', async () => {
  const { quarantine, archive } = await opened();
  return {
    quarantine,
    async read() {
      const objects: QuarantineObject[] = [];
      for await (const { object } of archive.read()) objects.push(object);
      return objects;
    },
  };
});

describeQuarantineArchive('a bucket of the emulator', opened);

describeFailedBatches('a bucket of the emulator', async () => ({
  place: createS3Place({ region, endpointUrl, bucket: await newBucket() }),
  prefix: '',
}));

test('settings are the defaults in a bucket without a document', async () => {
  const onProblem = (error: unknown) => {
    throw error;
  };
  const bucket = await newBucket();
  const settings = createS3Settings({ region, endpointUrl, bucket, clock: () => 0, onProblem });
  expect((await settings()).version).toBe(1);
});
