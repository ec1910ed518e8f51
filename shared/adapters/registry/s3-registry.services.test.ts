import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientConfig } from '../aws/aws-client';
import { modelRegistryContract } from '../contracts/model-registry.contract';
import { createS3Registry } from './s3-registry';

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const s3 = new S3Client(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 5_000, concurrency: 4 }));
afterAll(() => s3.destroy());

describe('a bucket of the emulator, for models', () => {
  modelRegistryContract(async () => {
    const bucket = `tidewatch-${randomUUID()}`;
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    return () => createS3Registry({ region, endpointUrl, bucket });
  });
});
