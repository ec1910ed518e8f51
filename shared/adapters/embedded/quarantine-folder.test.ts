import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TransientFault } from '../../detection/ports';
import type { QuarantineObject } from '../../domain/rows';
import { describeFailedBatches } from '../contracts/failed-batches.contract';
import { describeQuarantine, object } from '../contracts/quarantine.contract';
import { describeQuarantineArchive } from '../contracts/quarantine-archive.contract';
import { openFolderPlace } from '../files/folder-place';
import { openQuarantineArchive } from '../quarantine-archive';
import { openQuarantineFolder } from './quarantine-folder';

const root = mkdtempSync(join(tmpdir(), 'tidewatch-quarantine-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const nextFolder = () => join(root, `${folders++}`, 'quarantine');

describeQuarantine('the folder', () => {
  const folder = nextFolder();
  return { quarantine: openQuarantineFolder(folder), read: () => all(folder) };
});

describeQuarantineArchive('a data folder', () => {
  const root = nextFolder();
  return {
    quarantine: openQuarantineFolder(join(root, 'quarantine')),
    archive: openQuarantineArchive(openFolderPlace(root)),
  };
});

describeFailedBatches('a data folder', () => ({ place: openFolderPlace(nextFolder()), prefix: 'failed/' }));

describe('the quarantine folder', () => {
  const day = '2026-11-22.ndjson';

  it('has a file for each day of arrival and nothing outside', async () => {
    const folder = nextFolder();
    const arrivals = [
      Date.UTC(2026, 10, 22),
      Date.UTC(2026, 10, 22, 23, 59, 59, 999),
      Date.UTC(2026, 10, 23),
      Number.NaN,
    ];
    await openQuarantineFolder(folder).put(arrivals.map((arrival) => object(`../${arrival}`, { arrival })));
    expect(readdirSync(folder).sort()).toEqual(['2026-11-22.ndjson', '2026-11-23.ndjson', 'undated.ndjson']);
    expect(readdirSync(join(folder, '..'))).toEqual(['quarantine']);
  });

  it('loses only the line that a crash has cut', async () => {
    const folder = nextFolder();
    await openQuarantineFolder(folder).put([object('a', {})]);
    appendFileSync(join(folder, day), '{"id":"torn","reason":"not-j');
    await openQuarantineFolder(folder).put([object('b', {})]);
    appendFileSync(join(folder, day), '{"id":"strange"}\nnull\n\u0000\n');
    await openQuarantineFolder(folder).put([object('c', {})]);
    expect((await all(folder)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('shows an id once that was put by two processes', async () => {
    const folder = nextFolder();
    for (let i = 0; i < 2; i++) await openQuarantineFolder(folder).put([object('a', {}), object('b', {})]);
    expect(readFileSync(join(folder, day), 'utf8').split('\n')).toHaveLength(5);
    expect((await all(folder)).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('keeps reasons but no bodies once a day is full', async () => {
    const folder = nextFolder();
    const quarantine = openQuarantineFolder(folder, { dayBytesMax: 50_000 });
    const body = 'A'.repeat(10_000);
    for (let i = 0; i < 100; i++) await quarantine.put([object(`${i}`, { body })]);
    const kept = await all(folder);
    expect(kept).toHaveLength(100);
    expect(kept.filter((one) => one.body === body)).toHaveLength(5);
    expect(kept.filter((one) => one.body === '' && one.truncated)).toHaveLength(95);
    expect(statSync(join(folder, day)).size).toBeLessThan(120_000);
  });

  it('rejects with a transient fault and takes the objects when asked again', async () => {
    const folder = nextFolder();
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'in the way');
    const quarantine = openQuarantineFolder(folder);
    await expect(quarantine.put([object('a', {})])).rejects.toThrow(TransientFault);
    rmSync(folder);
    await quarantine.put([object('a', {})]);
    expect(await all(folder)).toHaveLength(1);
  });
});

async function all(folder: string): Promise<QuarantineObject[]> {
  const objects: QuarantineObject[] = [];
  const { read } = openQuarantineArchive(openFolderPlace(dirname(folder)));
  for await (const { object: one } of read()) objects.push(one);
  return objects;
}
