import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKPOINT_FIELD } from '../../detection/ports';
import { doneThenKilled } from '../contracts/killed-process';
import { describeStateCache, first } from '../contracts/state-cache.contract';
import { openLmdbCache } from './lmdb-cache';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-lmdb-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeStateCache('the LMDB file', { make: (scope) => openLmdbCache(join(folder, scope, 'states.lmdb')) });

describe('the LMDB file', () => {
  it.each([
    ['text', 'this is no database '.repeat(5_000)],
    ['a few bytes', 'SQLite'],
    ['zeros', '\0'.repeat(100_000)],
  ])('names a file that is not a state cache: %s', (name, content) => {
    const file = join(folder, `${name}.txt`);
    writeFileSync(file, content);
    expect(() => openLmdbCache(file)).toThrow(`${name}.txt cannot be opened as a state cache`);
  });

  it('takes an empty file as a new cache', async () => {
    const file = join(folder, 'empty.lmdb');
    writeFileSync(file, '');
    const cache = openLmdbCache(file);
    expect(await cache.commit([first('s', '1')])).toEqual([true]);
    await cache.close();
  });

  it('tells names apart that UTF-8 cannot', async () => {
    const cache = openLmdbCache(join(folder, 'surrogates.lmdb'));
    const names = ['\ud800', '\ud801', '\ufffd', `${'x'.repeat(3_000)}a`, `${'x'.repeat(3_000)}b`];
    await cache.commit(names.map((name, i) => first(name, `${i}`)));
    const loaded = await cache.load(names);
    expect(loaded.map((fields) => Buffer.from(fields!.get(CHECKPOINT_FIELD)!).toString())).toEqual(
      names.map((_, i) => `${i}`),
    );
    await cache.close();
  });

  it('has on disk what a killed process had committed', async () => {
    const file = join(folder, 'killed.lmdb');
    await doneThenKilled(
      join(__dirname, 'lmdb-cache.ts'),
      `const fields = new Map([['checkpoint', Buffer.from('7')]]);
       await module.openLmdbCache(${JSON.stringify(file)}).commit([{ source: 's', expected: undefined, fields }]);`,
    );
    const cache = openLmdbCache(file);
    const loaded = (await cache.load(['s']))[0];
    expect(Buffer.from(loaded!.get(CHECKPOINT_FIELD)!).toString()).toBe('7');
    await cache.close();
  });
});
