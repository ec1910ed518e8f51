import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../../alerting/store/memory-store';
import { describeAlertStore } from '../contracts/alert-store.contract';
import { openLmdbAlertStore } from './lmdb-alert-store';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-alerts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

describeAlertStore('the embedded alert store', async () => openLmdbAlertStore(join(folder, `${files++}.lmdb`)));
describeAlertStore('the alert store in memory', async () => createMemoryStore());

test('what was committed is there when the file is opened again', async () => {
  const file = join(folder, 'again.lmdb');
  const before = openLmdbAlertStore(file);
  await before.commit([{ partition: 'p', sort: 's', expected: undefined, body: 'kept', index: { name: 'x', at: 1 } }]);
  await before.close();
  const after = openLmdbAlertStore(file);
  expect(await after.load([{ partition: 'p', sort: 's' }])).toMatchObject([{ body: 'kept', revision: 1 }]);
  expect(await after.indexed('x')).toEqual([{ partition: 'p', sort: 's', at: 1 }]);
  await after.close();
});
