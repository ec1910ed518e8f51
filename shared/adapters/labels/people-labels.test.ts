import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../../alerting/store/memory-store';
import { describePeopleLabels } from '../contracts/people-labels.contract';
import { openLmdbAlertStore } from '../embedded/lmdb-alert-store';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-labels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

describePeopleLabels('labels of people, from memory', async () => createMemoryStore());
describePeopleLabels('labels of people, from the embedded store', async () =>
  openLmdbAlertStore(join(folder, `${files++}.lmdb`)),
);
