import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FAMILIES } from '../../detection/built-in-model';
import { openFileDocument } from './file-document';
import { followShadow } from './followed-shadow';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-challenger-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = path.join(root, 'challenger.json');

let now: number;
let problems: string[];
beforeEach(() => {
  rmSync(file, { recursive: true, force: true });
  now = 0;
  problems = [];
});
const follow = (document = openFileDocument(file)) =>
  followShadow({ document, freshMs: 1_000, clock: () => now, onProblem: (error) => problems.push(String(error)) });
const challenger = (run: string, schema = 1) => ({
  run,
  since: 0,
  model: {
    ...{ format: 'tidewatch-weighted-model', formatVersion: 1, schema, version: 'weighted-1' },
    weights: Object.fromEntries(FAMILIES.map((family) => [family, 1])),
  },
});
const write = (document: unknown) => writeFileSync(file, JSON.stringify(document));
const later = (shadow: ReturnType<typeof follow>) => {
  now += 1_000;
  return shadow();
};

describe('the challenger that a document names', () => {
  it('is none without a document', async () => {
    expect(await follow()()).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('comes, changes and goes with the document', async () => {
    const shadow = follow();
    write(challenger('run-1'));
    expect((await shadow())?.run).toBe('run-1');
    write(challenger('run-2'));
    expect((await shadow())?.run).toBe('run-1');
    expect((await later(shadow))?.run).toBe('run-2');
    rmSync(file);
    expect(await later(shadow)).toBeUndefined();
  });

  it('is the same one as long as the document is, so that it remembers its alarms', async () => {
    const shadow = follow();
    write(challenger('run-1'));
    const first = await shadow();
    expect(await later(shadow)).toBe(first);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', undefined, /is no challenger: document/],
    ['something else', { version: 1 }, /is no challenger: run/],
    ['a name that is no run’s', { ...challenger('../x') }, /is no challenger: run/],
    ['a model of another feature schema', challenger('run-1', 99), /takes feature schema 99/],
  ])('is none, and that is told once, where the document is %s', async (_, document, words) => {
    const shadow = follow();
    write(challenger('run-1'));
    await shadow();
    writeFileSync(file, document === undefined ? '{"run": ' : JSON.stringify(document));
    for (let look = 0; look < 3; look++) expect(await later(shadow)).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(words)]);
    write(challenger('run-2'));
    expect((await later(shadow))?.run).toBe('run-2');
  });

  it('goes on while the document cannot be read; before it ever was, there is none', async () => {
    let isAway = true;
    const document = openFileDocument(file);
    const read = () => (isAway ? Promise.reject(new Error('away')) : document.read());
    const shadow = follow({ ...document, read });
    expect(await shadow()).toBeUndefined();
    isAway = false;
    write(challenger('run-1'));
    expect((await later(shadow))?.run).toBe('run-1');
    isAway = true;
    expect((await later(shadow))?.run).toBe('run-1');
    expect(problems).toEqual(['Error: away', 'Error: away']);
  });
});
