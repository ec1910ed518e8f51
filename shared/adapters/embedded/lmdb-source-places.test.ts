import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSourcePlaces } from '../contracts/source-places.contract';
import { openLmdbSourcePlaces } from './lmdb-source-places';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeSourcePlaces('LMDB', {
  make: (scope, placesMax) => openLmdbSourcePlaces(join(folder, scope, 'places.lmdb'), placesMax),
});
