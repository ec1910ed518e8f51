import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { detectAnomalies } from '../../../lambdas/detect-anomalies/detect-anomalies';
import { writeArchive } from '../../../test/factories/archived';
import { MemoryParts } from '../../../test/factories/memory-parts';
import { DEFAULT_SETTINGS } from '../../domain/settings';
import { describePointHistory } from '../contracts/point-history.contract';
import { openDuckDbStore } from '../embedded/duckdb-store';
import { openArchiveHistory } from './archive-history';
import { folderObjects } from './archive-objects';
import { openFileHistory } from './file-history';
import { openStoreHistory } from './store-history';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-history-'));
  folders.push(folder);
  return folder;
}

describePointHistory(
  'the archive in a folder',
  { hasPlaces: true, keepsTags: true, bySource: true },
  async (delivered) => {
    const folder = newFolder();
    // Objects come in any order.
    writeArchive(folder, [...delivered].reverse());
    return { history: openArchiveHistory({ objects: () => folderObjects(folder), settings: DEFAULT_SETTINGS }) };
  },
);

describePointHistory('the local store', { hasPlaces: true, keepsTags: false, bySource: true }, async (delivered) => {
  const store = await openDuckDbStore(path.join(newFolder(), 'store.duckdb'));
  const { services } = new MemoryParts();
  for (const records of delivered) await detectAnomalies(records, { ...services, store });
  return { history: openStoreHistory(store), close: () => store.close() };
});

describePointHistory('a file', { hasPlaces: false, keepsTags: true, bySource: false }, async (delivered) => {
  const file = path.join(newFolder(), 'points.json');
  const points = delivered.flat().flatMap(({ body }) => JSON.parse(Buffer.from(body).toString()) as unknown);
  writeFileSync(file, JSON.stringify(points));
  return { history: openFileHistory(file) };
});
