import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { archivedLines } from '../../../test/factories/archived';
import { DEFAULT_SETTINGS } from '../../domain/settings';
import { describePointHistory } from '../contracts/point-history.contract';
import { openArchiveHistory } from '../history/archive-history';
import { openS3Archive } from './s3-archive';
import { emulatedS3 } from './testing/emulated-s3';

const { region, endpointUrl, s3, newBucket } = emulatedS3();
afterAll(() => s3.destroy());

const put = (bucket: string, Key: string, Body: Uint8Array | string) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

describePointHistory(
  'a bucket of the emulator',
  { hasPlaces: true, keepsTags: true, bySource: true },
  async (delivered) => {
    const bucket = await newBucket();
    for (const [i, records] of delivered.entries())
      await put(bucket, `points/2026-11-22/13/${9 - i}.ndjson.gz`, gzipSync(archivedLines(records)));
    const archive = openS3Archive({ region, endpointUrl, bucket });
    const objects = () => archive.objects(archive.keys({}));
    return {
      history: openArchiveHistory({ objects, settings: DEFAULT_SETTINGS }),
      close: async () => archive.close(),
    };
  },
);

test('keys of a time are listed from its first hour to its last, over pages of a thousand', async () => {
  const bucket = await newBucket();
  const keysOf = (hour: string, count: number) =>
    Array.from({ length: count }, (_, i) => `points/2026-11-22/${hour}/${String(i).padStart(4, '0')}`);
  const all = [...keysOf('09', 3), ...keysOf('12', 1_100), ...keysOf('13', 3), ...keysOf('15', 3), 'points.txt'];
  for (let i = 0; i < all.length; i += 50) await Promise.all(all.slice(i, i + 50).map((key) => put(bucket, key, 'x')));
  const archive = openS3Archive({ region, endpointUrl, bucket });
  const listed: string[] = [];
  const hour = (time: string) => Date.parse(`2026-11-22T${time}:00Z`);
  for await (const key of archive.keys({ from: hour('12:30'), to: hour('12:45') })) listed.push(key);
  expect(listed).toEqual([...keysOf('12', 1_100), ...keysOf('13', 3)]);
  archive.close();
});
