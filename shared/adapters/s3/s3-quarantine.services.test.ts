import type { QuarantineObject } from '../../domain/rows';
import { describeQuarantine } from '../contracts/quarantine.contract';
import { createS3Quarantine } from './s3-quarantine';
import { createS3Settings } from './s3-settings';
import { emulatedS3 } from './testing/emulated-s3';

const { region, endpointUrl, s3, newBucket } = emulatedS3();
afterAll(() => s3.destroy());

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
