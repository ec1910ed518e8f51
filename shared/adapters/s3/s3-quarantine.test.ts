import { TransientFault } from '../../detection/ports';
import type { QuarantineObject } from '../../domain/rows';
import { describeFailedBatches } from '../contracts/failed-batches.contract';
import { describeQuarantine, object } from '../contracts/quarantine.contract';
import { describeQuarantineArchive } from '../contracts/quarantine-archive.contract';
import { openQuarantineArchive, type QuarantineArchive } from '../quarantine-archive';
import { createS3Place } from './s3-place';
import { createS3Quarantine } from './s3-quarantine';
import { type FakeS3, startFakeS3 } from './testing/fake-s3';

let s3: FakeS3;
const open: { close(): void }[] = [];
const opened = <Made extends { close(): void }>(made: Made) => {
  open.push(made);
  return made;
};
const options = (more = {}) => ({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'kept', ...more });
const quarantine = (more = {}) => opened(createS3Quarantine(options(more)));
const archive = () => openQuarantineArchive(opened(createS3Place(options())));
beforeEach(async () => {
  s3 = await startFakeS3('kept');
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await s3.close();
});

describeQuarantine('the bucket', () => {
  return { quarantine: quarantine(), read: () => all(archive()) };
});

describeQuarantineArchive('the bucket', () => ({ quarantine: quarantine(), archive: archive() }));

describeFailedBatches('the bucket', () => ({ place: opened(createS3Place(options())), prefix: '' }));

describe('the quarantine bucket', () => {
  it('has one file for each day of a put, and the same put again replaces it', async () => {
    const day = (text: string) => object(text, { arrival: Date.parse(`${text.slice(0, 10)}T12:00:00Z`) });
    const objects = [day('2026-11-22 a'), day('2026-11-23 b'), day('2026-11-22 c')];
    await quarantine().put(objects);
    await quarantine().put(objects);
    const keys = [...s3.objects.keys()].sort();
    expect(keys).toEqual([
      expect.stringMatching(/^quarantine\/2026-11-22\/[0-9a-f]{32}\.ndjson$/),
      expect.stringMatching(/^quarantine\/2026-11-23\/[0-9a-f]{32}\.ndjson$/),
    ]);
    expect(s3.objects.get(keys[0]!)!.split('\n')).toHaveLength(3);
  });

  it('is read over many pages, each id once, whatever else lies there', async () => {
    const ids = Array.from({ length: 10 }, (_, i) => `id-${i}`);
    for (const id of ids) await quarantine().put([object(id, {}), object('id-0', {})]);
    s3.objects.set('quarantine/2026-11-22/0.ndjson', '{"torn":');
    s3.objects.set('failed/other.json', '{}');
    expect((await all(archive())).map(({ id }) => id).sort()).toEqual(ids);
  });

  it('tries again what fails for now', async () => {
    s3.fate = (call) => (call === 0 ? { error: 'SlowDown', status: 503 } : 'works');
    await quarantine().put([object('a', {})]);
    expect(s3.objects.size).toBe(1);
  });

  it('gives up in time, and asks to be called again', async () => {
    s3.fate = () => 'hangs';
    await expect(quarantine({ timeoutMs: 300, attemptTimeoutMs: 100 }).put([object('a', {})])).rejects.toThrow(
      TransientFault,
    );
  });

  it('does not repeat what is refused', async () => {
    s3.fate = () => ({ error: 'AccessDenied', status: 403 });
    await expect(quarantine().put([object('a', {})])).rejects.toMatchObject({ name: 'AwsRefusal' });
    expect(s3.calls).toHaveLength(1);
  });
});

async function all({ read }: QuarantineArchive): Promise<QuarantineObject[]> {
  const objects: QuarantineObject[] = [];
  for await (const { object: one } of read()) objects.push(one);
  return objects;
}
