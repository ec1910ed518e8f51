import { describeDistributionLog } from '../contracts/distribution-log.contract';
import { emulatedS3 } from '../s3/testing/emulated-s3';
import { createS3DistributionLog } from './s3-distribution-log';

const { region, endpointUrl, s3, newBucket } = emulatedS3();
afterAll(() => s3.destroy());

describeDistributionLog('a bucket of the emulator', async () => {
  const bucket = await newBucket();
  return createS3DistributionLog({ region, endpointUrl, bucket });
});
