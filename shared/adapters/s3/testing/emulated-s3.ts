import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientConfig } from '../../aws/aws-client';

/** S3 of the emulator of AWS that `npm run services` brings up, for tests. Opens when the test file does. */
export function emulatedS3() {
  const region = 'eu-central-1';
  const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
  const s3 = new S3Client(awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 60_000, concurrency: 4 }));
  return {
    region,
    endpointUrl,
    s3,
    async newBucket(): Promise<string> {
      const bucket = `tidewatch-${randomUUID()}`;
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      return bucket;
    },
  };
}
