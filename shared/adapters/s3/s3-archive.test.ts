import { gzipSync } from 'node:zlib';
import { archivedLines } from '../../../test/factories/archived';
import { streamRecord, wirePoint } from '../../../test/factories/records';
import { DEFAULT_SETTINGS } from '../../domain/settings';
import type { StreamRecord } from '../../runtime/kinesis';
import { describePointHistory } from '../contracts/point-history.contract';
import { openArchiveHistory } from '../history/archive-history';
import { archiveManifest, openS3Archive, type S3Archive, type S3ArchiveOptions } from './s3-archive';
import { type FakeS3, startFakeS3 } from './testing/fake-s3';

let s3: FakeS3;
let archive: S3Archive;
const open = (more: Partial<S3ArchiveOptions> = {}) =>
  openS3Archive({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'archive', ...more });
beforeEach(async () => {
  s3 = await startFakeS3('archive');
  archive = open();
});
afterEach(async () => {
  archive.close();
  await s3.close();
});

const at = (time: string) => Date.parse(`2026-11-${time}Z`);
const key = (hour: string, name = 'a') => `points/2026-11-${hour.replace('T', '/')}/${name}.ndjson.gz`;
const put = (name: string, records: readonly StreamRecord[]) =>
  void s3.packed.set(name, gzipSync(archivedLines(records)));
const record = (i: number) => streamRecord(wirePoint({ metrics: { i, noise: Math.sin(i) } }), i);
const history = (of = archive) =>
  openArchiveHistory({ objects: () => of.objects(of.keys({})), settings: DEFAULT_SETTINGS });

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describePointHistory(
  'the archive in a bucket',
  { hasPlaces: true, keepsTags: true, bySource: true },
  async (delivered) => {
    // Objects come in any order.
    delivered.forEach((records, i) => {
      put(key('22T13', `${9 - i}`), records);
    });
    return { history: history() };
  },
);

describe('keys of the archive', () => {
  const hours = ['21T23', '22T00', '22T10', '22T11', '22T12', '22T13', '22T14', '22T15', '23T00'];
  beforeEach(() => {
    for (const hour of hours) for (const name of ['a', 'b']) s3.objects.set(key(hour, name), '');
    s3.objects.set('failed/2026-11-22/x', '');
    s3.objects.set('points-of-others/2026-11-22/12/x', '');
  });
  const both = (...wanted: string[]) => wanted.flatMap((hour) => [key(hour, 'a'), key(hour, 'b')]);

  it.each<[string, { from?: number; to?: number }, string[]]>([
    ['all of them, page by page', {}, both(...hours)],
    [
      'an hour before and after, since an object is named by its oldest record, or by when it was late',
      { from: at('22T12:00:00'), to: at('22T13:00:00') },
      both('22T11', '22T12', '22T13', '22T14'),
    ],
    ['over midnight', { from: at('22T00:30:00'), to: at('22T00:31:00') }, both('21T23', '22T00')],
    ['from some time on', { from: at('22T15:59:59.999') }, both('22T14', '22T15', '23T00')],
    ['up to some time', { to: at('22T00:00:00') }, both('21T23', '22T00')],
    ['none', { from: at('25T00:00:00') }, []],
  ])('%s', async (_, span, expected) => {
    expect(await all(archive.keys(span))).toEqual(expected);
  });

  it('are not asked for beyond the last hour', async () => {
    await all(archive.keys({ to: at('21T22:00:00') }));
    expect(s3.calls).toHaveLength(1);
  });

  it('make a manifest with their number, and an archive without any is said to be empty', async () => {
    const span = { from: at('22T12:00:00'), to: at('22T12:01:00') };
    expect(await archiveManifest(archive, 'archive', span)).toEqual({
      text: JSON.stringify([{ prefix: 's3://archive/' }, ...both('22T11', '22T12', '22T13')]),
      parts: 6,
    });
    await expect(archiveManifest(archive, 'archive', { from: at('25T00:00:00') })).rejects.toThrow(
      /bucket archive has no points of this time/,
    );
  });

  it('are refused without asking twice where that is not allowed', async () => {
    s3.fate = () => ({ error: 'AccessDenied', status: 403 });
    await expect(all(archive.keys({}))).rejects.toMatchObject({ name: 'AwsRefusal' });
    expect(s3.calls).toHaveLength(1);
  });
});

describe('objects of the archive', () => {
  const records = Array.from({ length: 300 }, (_, i) => record(i));
  const order = async (of = archive) => (await all(history(of).read())).map(({ metrics }) => metrics['i']);
  const inOrder = records.map((_, i) => i);

  it('go on where the connection broke', async () => {
    put(key('22T13'), records);
    const size = s3.packed.get(key('22T13'))!.length;
    let breaks = 0;
    s3.breaksAfter = () => (breaks++ < 7 ? Math.floor(size / 9) : undefined);
    expect(await order()).toEqual(inOrder);
    expect(breaks).toBe(8);
  });

  it('are given up when nothing comes any more', async () => {
    put(key('22T13'), records);
    s3.breaksAfter = () => 0;
    await expect(order()).rejects.toMatchObject({ name: 'TransientFault', part: 'archive' });
  });

  it('are tried again when the connection stalls', async () => {
    put(key('22T13'), records);
    s3.stallsAfter = (_, call) => (call === 1 ? 100 : undefined);
    const patient = open({ attemptTimeoutMs: 1_000 });
    expect(await order(patient)).toEqual(inOrder);
    patient.close();
  });

  it('that went away since they were listed are named, and the others are read', async () => {
    put(key('22T13'), records);
    const keys = [key('22T12'), key('22T13')];
    const partly = openArchiveHistory({ objects: () => archive.objects(keys), settings: DEFAULT_SETTINGS });
    expect(await all(partly.read())).toHaveLength(records.length);
    expect(partly.tallies().damage).toEqual([{ object: key('22T12'), reason: 'unreadable', count: 1 }]);
  });

  it('are all read before the first point is given, whose source may be in the last', async () => {
    for (let i = 0; i < 20; i++) put(key('22T13', String(i).padStart(2, '0')), [record(i)]);
    const objects = history().read();
    for await (const _ of objects) break;
    expect(s3.calls.filter((call) => call.startsWith('GET points/'))).toHaveLength(20);
  });
});
