import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Distributions } from '../../../shared/training/distributions';
import type { ReplayState } from '../../../shared/training/replay-checkpoints';
import { Interrupted, openJobCheckpoints } from './job-checkpoints';

const checkpoints = mkdtempSync(path.join(tmpdir(), 'tidewatch-checkpoints-'));
afterAll(() => rmSync(checkpoints, { recursive: true, force: true }));
beforeEach(() => {
  for (const name of readdirSync(checkpoints)) rmSync(path.join(checkpoints, name));
});

const open = (stop = AbortSignal.abort()) =>
  openJobCheckpoints({ checkpoints } as Parameters<typeof openJobCheckpoints>[0], () => 0, stop);
const file = () => path.join(checkpoints, readdirSync(checkpoints)[0]!);

const row = (i: number) => ({
  ...(i % 3 === 0 ? {} : { metric: 'flow' }),
  ...{ source: `pump-${i}\n"`, timestamp: i, features: [i, 1 / 3, 0] },
});
const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i));
const state: ReplayState = {
  points: 10_000,
  sources: 3,
  leftOut: { young: 1, late: 2, excluded: 3, marked: 4, sampled: 5 },
  distributions: new Distributions('m').toJSON(),
  labelled: rows(1_234).map((one, i) => ({ ...one, label: i % 7 })),
  sample: { bar: 2 ** 31, offered: 6_000, rows: rows(2_500) },
  counted: { bar: 2 ** 30, offered: 5_000, rows: rows(1_000) },
};
const keep = (given: ReplayState) => expect(open().offer(() => given)).rejects.toThrow(Interrupted);

describe('checkpoints of a training job', () => {
  it('come back as they were', async () => {
    await keep(state);
    expect(await open().load()).toEqual(state);
  });

  it('come back also when there are no rows', async () => {
    const empty = { ...state, labelled: [], sample: { ...state.sample, rows: [] } };
    await keep(empty);
    expect(await open().load()).toEqual(empty);
  });

  it('are no text that grows with the rows: no line is longer than what there is without them, or than a row', async () => {
    await keep(state);
    const longest = Math.max(
      ...readFileSync(file(), 'utf8')
        .split('\n')
        .map(({ length }) => length),
    );
    const without = { ...state, labelled: [], sample: {}, counted: {} };
    expect(longest).toBeLessThan(JSON.stringify(without).length + 200);
  });

  it('are none at first, nor before it is time', async () => {
    const early = open(new AbortController().signal);
    expect(await early.load()).toBeUndefined();
    await early.offer(() => Promise.reject(new Error('not asked for')) as never);
    expect(readdirSync(checkpoints)).toEqual([]);
  });

  it.each<[string, (text: string) => string]>([
    ['ends within a line', (text) => text.slice(0, -9)],
    ['ends after a line', (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)],
    ['is empty', () => ''],
    ['is of another program', () => '{"points":1}\n'],
    ['has rows of another kind', (text) => text.replace(/\["sample"/, '["else"')],
    ['has rows without features', (text) => text.replace(/"features":\[0,/, '"features":["a",')],
  ])('that are damaged are none: a file that %s', async (_, damage) => {
    await keep(state);
    writeFileSync(file(), damage(readFileSync(file(), 'utf8')));
    expect(await open().load()).toBeUndefined();
  });
});
