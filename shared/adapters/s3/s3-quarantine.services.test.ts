import type { QuarantineObject } from '../../domain/rows';
import { describeFailedBatches } from '../contracts/failed-batches.contract';
import { describeQuarantine } from '../contracts/quarantine.contract';
import { describeQuarantineArchive } from '../contracts/quarantine-archive.contract';
import { openQuarantineArchive } from '../quarantine-archive';
import { createS3Place } from './s3-place';
import { createS3Quarantine } from './s3-quarantine';
import { createS3Settings } from './s3-settings';
import { emulatedS3 } from './testing/emulated-s3';

const { region, endpointUrl, s3, newBucket } = emulatedS3();
afterAll(() => s3.destroy());

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
