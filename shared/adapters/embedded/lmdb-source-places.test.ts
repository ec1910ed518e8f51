import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSourcePlaces } from '../contracts/source-places.contract';
import { openLmdbSourcePlaces, placesFileBeside } from './lmdb-source-places';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeSourcePlaces('LMDB', {
  make: (scope, placesMax, account = 'places') =>
    openLmdbSourcePlaces(placesFileBeside(join(folder, scope, 'states.lmdb'), account), placesMax),
});
