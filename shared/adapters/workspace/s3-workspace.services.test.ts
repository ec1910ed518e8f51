import { trainingWorkspaceContract } from '../contracts/training-workspace.contract';
import { emulatedS3 } from '../s3/testing/emulated-s3';
import { createS3Workspace } from './s3-workspace';

const { region, endpointUrl, s3, newBucket } = emulatedS3();
afterAll(() => s3.destroy());

describe('a bucket of the emulator, for documents of runs', () => {
  trainingWorkspaceContract(async () => {
    const bucket = await newBucket();
    return () => createS3Workspace({ region, endpointUrl, bucket });
  });
});
