import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doneThenKilled } from '../contracts/killed-process';
import { describeSilenceIndex } from '../contracts/silence-index.contract';
import { openLmdbSilenceIndex } from './lmdb-silence-index';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-silence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeSilenceIndex('LMDB', { make: (scope) => openLmdbSilenceIndex(join(folder, scope, 'silence.lmdb')) });

describe('the file of deadlines, held twice in a process', () => {
  // In a process of its own: what this must not do is wait for itself for ever.
  test('may be opened while a transaction of the other is under way', async () => {
    const file = join(folder, 'twice.lmdb');
    await doneThenKilled(
      join(__dirname, 'lmdb-silence-index.ts'),
      `const one = module.openLmdbSilenceIndex(${JSON.stringify(file)});
       for (let round = 0; round < 200; round++) {
         const filed = one.file([{ source: 's' + round, deadline: round }]);
         await new Promise(setImmediate);
         const other = module.openLmdbSilenceIndex(${JSON.stringify(file)});
         await other.file([{ source: 't' + round, deadline: round }]);
         await filed;
         await other.close();
       }`,
    );
    const index = openLmdbSilenceIndex(file);
    expect((await index.due(1_000, 1)).filedCount).toBe(400);
    await index.close();
  });

  test('stays open for one when the other closes', async () => {
    const file = join(folder, 'closed-once.lmdb');
    const [one, other] = [openLmdbSilenceIndex(file), openLmdbSilenceIndex(file)];
    await other.close();
    await other.close();
    await expect(other.file([{ source: 's', deadline: 1 }])).rejects.toThrow(/closed/);
    await one.file([{ source: 's', deadline: 1 }]);
    expect((await one.due(2, 10)).filings).toEqual([{ source: 's', deadline: 1 }]);
    await one.close();
  });
});
