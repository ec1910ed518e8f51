import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSilenceIndex } from '../contracts/silence-index.contract';
import { openLmdbSilenceIndex } from './lmdb-silence-index';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-silence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeSilenceIndex('LMDB', { make: (scope) => openLmdbSilenceIndex(join(folder, scope, 'silence.lmdb')) });
