import { type FakeS3, startFakeS3 } from './fake-s3';

interface Bucket {
  readonly region: string;
  readonly bucket: string;
  readonly endpointUrl?: string;
}

/** A bucket `training`, new for each test of the file that calls it; what tests open there is closed after them. */
export function fakeBucket<Options extends Bucket, Opened extends { close(): void }>(
  create: (options: Options) => Opened,
) {
  const bucket = 'training';
  const opened: Opened[] = [];
  let s3: FakeS3;
  beforeEach(async () => {
    s3 = await startFakeS3(bucket);
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) one.close();
    await s3.close();
  });
  return {
    /** The running test's. */
    get s3() {
      return s3;
    },
    open(more: Partial<Options> = {}): Opened {
      const one = create({ region: 'eu-central-1', endpointUrl: s3.url, bucket, ...more } as Options);
      opened.push(one);
      return one;
    },
  };
}
