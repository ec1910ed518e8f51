import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, point } from '../../../shared/adapters/contracts/point-store.contract';
import { describeScoreHistory } from '../../../shared/adapters/contracts/score-history.contract';
import { openDuckDbStore } from '../../../shared/adapters/embedded/duckdb-store';
import { openDataFolder } from '../live/data-folder';
import { openPast } from './open-past';
import { servePast } from './serve-past';

const root = mkdtempSync(join(tmpdir(), 'tidewatch-past-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => openDataFolder(join(root, String(folders++)));

describeScoreHistory('a run that has its store open', async () => {
  const folder = newFolder();
  const store = await openDuckDbStore(folder.storeFile);
  const server = await servePast(store, folder.pastAddress);
  const past = (await openPast(folder))!;
  return {
    ...store,
    readScores: past.readScores,
    async close() {
      await server.close();
      await store.close();
    },
  };
});

test('a run answers who can read its folder, and nobody else', async () => {
  const folder = newFolder();
  const store = await openDuckDbStore(folder.storeFile);
  await store.writeAnomalies([event('a', {})]);
  const server = await servePast(store, folder.pastAddress);
  expect(statSync(folder.pastAddress).mode & 0o077).toBe(0);
  expect(await (await openPast(folder))!.readAnomalies({ from: 0, to: Date.UTC(2100, 0) })).toEqual([event('a', {})]);
  const { url } = JSON.parse(readFileSync(folder.pastAddress, 'utf8'));
  expect((await fetch(`${url}/anomalies?from=0&to=1`)).status).toBe(403);
  const wrong = { authorization: `Bearer ${'0'.repeat(64)}` };
  expect((await fetch(`${url}/scores?from=0&to=1`, { headers: wrong })).status).toBe(403);
  await server.close();
  expect(existsSync(folder.pastAddress)).toBe(false);
  await store.close();
});

test('what a run that was killed has left is read from its file, and nothing is there before the first', async () => {
  const folder = newFolder();
  expect(await openPast(folder)).toBeUndefined();
  const store = await openDuckDbStore(folder.storeFile);
  await store.writePoints([point({})]);
  await store.close();
  writeFileSync(folder.pastAddress, JSON.stringify({ url: 'http://127.0.0.1:9', token: 'x' }));
  const past = (await openPast(folder))!;
  const rows = [];
  for await (const some of past.readScores({ from: 0, to: Date.UTC(2100, 0) })) rows.push(...some);
  expect(rows).toHaveLength(1);
  await past.close();
});
