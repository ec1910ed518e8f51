import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientConfig } from '../aws/aws-client';
import { describeSettingsStore } from '../contracts/settings-store.contract';
import { openS3SettingsStore } from './s3-settings';

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const s3 = new S3Client(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 5_000, concurrency: 4 }));
afterAll(() => s3.destroy());

describeSettingsStore('a bucket of the emulator', async () => {
  const bucket = `tidewatch-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    open: () => openS3SettingsStore({ region, endpointUrl, bucket, timeoutMs: 20_000 }, Date.now),
    async edit(text) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'settings.json', Body: text }));
    },
  };
});
