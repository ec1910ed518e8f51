import { modelRegistryContract } from '../contracts/model-registry.contract';
import { emulatedS3 } from '../s3/testing/emulated-s3';
import { createS3Registry } from './s3-registry';

const { region, endpointUrl, s3, newBucket } = emulatedS3();
afterAll(() => s3.destroy());

describe('a bucket of the emulator, for models', () => {
  modelRegistryContract(async () => {
    const bucket = await newBucket();
    return () => createS3Registry({ region, endpointUrl, bucket });
  });
});
