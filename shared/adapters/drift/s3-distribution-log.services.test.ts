import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientConfig } from '../aws/aws-client';
import { describeDistributionLog } from '../contracts/distribution-log.contract';
import { createS3DistributionLog } from './s3-distribution-log';

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const s3 = new S3Client(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 5_000, concurrency: 4 }));
afterAll(() => s3.destroy());

describeDistributionLog('a bucket of the emulator', async () => {
  const bucket = `tidewatch-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return createS3DistributionLog({ region, endpointUrl, bucket });
});
