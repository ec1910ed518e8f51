import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { aggregateOf } from '../../../test/factories/aggregate';
import { archivedLines, writeArchive } from '../../../test/factories/archived';
import { ARRIVAL, streamRecord, wirePoint } from '../../../test/factories/records';
import { ArchiveLineSchema, archiveLineOf } from '../../domain/archive-line';
import { DEFAULT_SETTINGS, SettingsSchema } from '../../domain/settings';
import type { StreamRecord } from '../../runtime/kinesis';
import type { PastPoint } from '../../training/ports';
import { TrainingError } from '../../training/training-error';
import { type ArchiveHistoryOptions, openArchiveHistory } from './archive-history';
import { folderObjects } from './archive-objects';
import { spillFileOf, TemporaryFilesError } from './spill-file';

let folder: string;
let archive: string;
let temporary: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-archive-'));
  [archive, temporary] = [path.join(folder, 'archive'), path.join(folder, 'temporary')];
  mkdirSync(archive);
  mkdirSync(temporary);
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (more: Partial<ArchiveHistoryOptions> = {}) =>
  openArchiveHistory({
    ...{ objects: () => folderObjects(archive), settings: DEFAULT_SETTINGS, temporaryFolder: temporary },
    ...more,
  });
const write = (name: string, content: string | Buffer) => {
  mkdirSync(path.dirname(path.join(archive, name)), { recursive: true });
  writeFileSync(path.join(archive, name), content);
};
const record = (i: number, body: unknown = wirePoint({ timestamp: ARRIVAL + i, metrics: { i } })): StreamRecord =>
  streamRecord(body, 100 + i, { arrival: ARRIVAL + i });
const lines = (...records: StreamRecord[]) => archivedLines(records);

async function read(more: Partial<ArchiveHistoryOptions> = {}) {
  const history = open(more);
  const points: PastPoint[] = [];
  for await (const point of history.read()) points.push(point);
  return { order: points.map(({ metrics }) => metrics['i']), points, tallies: history.tallies() };
}

describe('an archive', () => {
  it('is read as the live path reads records: any encoding, each element on its own', async () => {
    const point = (i: number) => JSON.stringify(wirePoint({ timestamp: ARRIVAL + i, metrics: { i } }));
    const bodies = [
      `[${point(1)},${point(2)}]`,
      `${point(3)}\n{"source":1}\n${point(4)}`,
      gzipSync(point(5)),
      `pump-17,source=pump-17 i=6 ${ARRIVAL + 6}000000`,
      Buffer.from([0xff, 0xfe, 0x00]),
      'nothing',
    ];
    write('a.ndjson', lines(...bodies.map((body, i) => record(i, body))));
    const { points, tallies } = await read();
    expect(points.map(({ timestamp }) => timestamp - ARRIVAL)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(tallies.rejected).toEqual({ 'invalid-field': 1, 'not-text': 1, 'not-json': 1 });
    expect(tallies).toMatchObject({ objects: 1, lines: 6, points: 6, damaged: 0, duplicates: 0 });
  });

  it('has the parts of an aggregate as records of their own, in the places that live detection gave them', async () => {
    const part = (i: number) => Buffer.from(JSON.stringify(wirePoint({ timestamp: ARRIVAL + i, metrics: { i } })));
    const whole = record(5, aggregateOf([part(1), part(2), part(3)]));
    write('a.ndjson', lines(record(9, wirePoint({ metrics: { i: 9 } })), whole));
    write('b.ndjson', lines(whole));
    const { order, tallies } = await read();
    expect(order).toEqual([1, 2, 3, 9]);
    expect(tallies).toMatchObject({ lines: 7, duplicates: 3 });
  });

  it('gives whole sources where it has more points than it may give, the same at each reading and in any order', async () => {
    const fleet = Array.from({ length: 40 }, (_, n) => `pump-${n}`);
    const points = Array.from({ length: 10 }, (_, round) =>
      fleet.map((source, n) => {
        const i = 40 * round + n;
        return record(i, wirePoint({ source, timestamp: ARRIVAL + i, metrics: { i } }));
      }),
    );
    points.forEach((of, round) => {
      write(`${round}.ndjson`, lines(...of));
    });
    const sample = { pointsMax: 100, seed: 1, preferred: new Set(['pump-7']) };
    const history = open({ sample, memoryMb: 0 });
    const given: PastPoint[] = [];
    for await (const point of history.read()) given.push(point);
    const sources = [...new Set(given.map(({ source }) => source))];
    expect(sources.every((source) => given.filter((point) => point.source === source).length === 10)).toBe(true);
    expect(sources).toContain('pump-7');
    expect(sources.length).toBeGreaterThan(1);
    expect(given.length).toBeLessThanOrEqual(100);
    expect(history.tallies()).toMatchObject({ points: given.length, duplicates: 0, lines: 400 });
    expect([1 / 4, 1 / 8, 1 / 16]).toContain(history.drawn().named);
    points.forEach((_, round) => {
      write(`${round}.ndjson`, lines(...points[9 - round]!));
    });
    expect((await read({ sample })).points).toEqual(given);
  });

  it('leaves out what lay too far ahead of its own arrival, by the settings of its source', async () => {
    const ahead = (i: number, source: string, ms: number) =>
      record(i, wirePoint({ source, timestamp: ARRIVAL + i + ms, metrics: { i } }));
    write('a.ndjson', lines(ahead(1, 'a', 300_001), ahead(2, 'a', 300_000), ahead(3, 'b', 300_000)));
    const settings = SettingsSchema.parse({
      version: 1,
      overrides: [{ sources: 'b', settings: { allowedFutureMs: 1_000 } }],
    });
    const { order, tallies } = await read({ settings });
    expect(order).toEqual([2]);
    expect(tallies.rejected).toEqual({ 'too-far-in-future': 2 });
  });

  it('may lie in any folders, packed or not, with hidden files and objects without a line', async () => {
    write('points/2026-11-22/13/b.ndjson.gz', gzipSync(lines(record(2))));
    write('points/2026-11-22/12/a.ndjson', lines(record(1)));
    write('.hidden', 'no line');
    write('.folder/c.ndjson', 'no line');
    write('empty', '');
    write('blank', '\n\n');
    const { order, tallies } = await read();
    expect(order).toEqual([1, 2]);
    expect(tallies).toMatchObject({ objects: 4, damaged: 0 });
  });

  it('keeps lines without a place in the order of arrival, and none of them counts as a duplicate', async () => {
    const placeless = [2, 1, 1].map((i) => ({ ...record(i), shard: '', sequence: '' }));
    write('a.ndjson', lines(...placeless));
    const { order, tallies } = await read();
    expect(order).toEqual([1, 1, 2]);
    expect(tallies).toMatchObject({ unplaced: 3, duplicates: 0 });
  });

  it('has the same line by the fast way and by its schema', () => {
    const [text] = archivedLines([record(1)]).split('\n');
    expect(archiveLineOf(text!)).toEqual(ArchiveLineSchema.parse(JSON.parse(text!)));
    const part = JSON.stringify({ ...JSON.parse(text!), subsequence: 3, more: true });
    expect(archiveLineOf(part)).toEqual(ArchiveLineSchema.parse(JSON.parse(part)));
  });
});

describe('what an archive has that is none', () => {
  const packed = gzipSync(lines(...Array.from({ length: 2_000 }, (_, i) => record(i))));
  const good = lines(record(7_000));
  it.each<[string, string | Buffer, string, number | undefined]>([
    ['no JSON', `${good}{"torn":\n`, 'not-json', 2],
    ['a line that is cut off', good.slice(0, -20), 'not-json', 1],
    ['JSON of another kind', '{"source":"a","timestamp":1,"metrics":{"a":1}}\n', 'not-an-archive-line', 1],
    ['a line of an older or a later shape', good.replace('"arrival"', '"arrived"'), 'not-an-archive-line', 1],
    ['null', 'null', 'not-an-archive-line', 1],
    ['a part of an aggregate before the first', good.replace('{', '{"subsequence":-1,'), 'not-an-archive-line', 1],
    ['gzip that is cut off', packed.subarray(0, packed.length - 9), 'not-gzip', undefined],
    ['gzip that is damaged', Buffer.concat([packed.subarray(0, 400), Buffer.alloc(50)]), 'not-gzip', undefined],
    ['a line without an end', 'x'.repeat(3 * 1_048_576), 'too-large', 1],
  ])('is counted, named and passed over: %s', async (_, content, reason, line) => {
    write('bad', content);
    write('good', lines(record(8_000)));
    const { order, tallies } = await read();
    expect(order.at(-1)).toBe(8_000);
    expect(tallies.damage).toEqual([{ object: 'bad', reason, ...(line === undefined ? {} : { line }), count: 1 }]);
  });

  it('costs nothing of what came before it in the same object', async () => {
    write('bad', packed.subarray(0, packed.length - 9));
    const { order } = await read();
    expect(order).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
  });

  it('is named by object and reason, a hundred at most, and counted in all', async () => {
    for (let i = 0; i < 120; i++) write(`bad-${String(i).padStart(3, '0')}`, 'one\ntwo\n');
    write('good', lines(record(1)));
    const { tallies } = await read();
    expect(tallies.damaged).toBe(240);
    expect(tallies.damage).toHaveLength(100);
    expect(tallies.damage[99]).toEqual({ object: 'bad-099', reason: 'not-json', line: 1, count: 2 });
  });

  it('may be a file that nobody may read', async () => {
    symlinkSync(path.join(archive, 'nowhere'), path.join(archive, 'bad'));
    write('good', lines(record(1)));
    expect((await read()).tallies.damage).toEqual([{ object: 'bad', reason: 'unreadable', count: 1 }]);
  });
});

describe('reading is refused', () => {
  it.each<[string, () => void, RegExp]>([
    ['no folder', () => rmSync(archive, { recursive: true }), /the archive's folder .*archive cannot be read: ENOENT/],
    ['no objects', () => {}, /the archive has no objects of this time/],
    [
      'nothing but damage',
      () => write('bad', 'one\ntwo\n'),
      /nothing in the archive can be read: 1 objects with 0 lines, 2 of them damaged, first bad line 1 \(not-json\)/,
    ],
    [
      'nothing but what live detection would not take',
      () => write('a', lines(record(1, { source: 'a' }))),
      /1 objects with 1 lines, 1 rejected \(invalid-field\)/,
    ],
    [
      'a temporary folder that is none',
      () => {
        write('a', lines(record(1)));
        rmSync(temporary, { recursive: true });
      },
      /temporary files cannot be kept in .*temporary \(ENOENT\): make room, or name another folder in TMPDIR/,
    ],
  ])('%s', async (_, arrange, words) => {
    arrange();
    await expect(read()).rejects.toThrow(words);
    await expect(read()).rejects.toThrow(TrainingError);
  });

  // The device that is always full is Linux's.
  (process.platform === 'linux' ? it : it.skip)('a disk that is full', () => {
    const file = spillFileOf(openSync('/dev/full', 'r+'), '/scratch');
    const append = () => file.append(Buffer.alloc(10));
    expect(append).toThrow(TemporaryFilesError);
    expect(append).toThrow(
      'no room is left for temporary files in /scratch: make room, or name another folder in TMPDIR',
    );
    file.close();
  });
});

describe('temporary files', () => {
  const many = () =>
    writeArchive(
      archive,
      Array.from({ length: 30 }, (_, o) => Array.from({ length: 1_000 }, (_, i) => record(o * 1_000 + i))),
    );

  it('do not outlive a reading that ends, is given up, or fails', async () => {
    many();
    await read({ memoryMb: 1 });
    for await (const _ of open({ memoryMb: 1 }).read()) break;
    async function* failing() {
      yield* folderObjects(archive);
      throw new Error('on purpose');
    }
    await expect(read({ memoryMb: 1, objects: failing })).rejects.toThrow('on purpose');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('do not outlive a process that is killed in the middle', async () => {
    many();
    const program = path.join(folder, 'program.cjs');
    const entry = `
      import { openArchiveHistory } from '${__dirname}/archive-history';
      import { folderObjects } from '${__dirname}/archive-objects';
      import { DEFAULT_SETTINGS } from '${__dirname}/../../domain/settings';
      const objects = () => folderObjects(${JSON.stringify(archive)});
      const options = { objects, settings: DEFAULT_SETTINGS, memoryMb: 1, temporaryFolder: ${JSON.stringify(temporary)} };
      (async () => {
        for await (const _ of openArchiveHistory(options).read()) process.kill(process.pid, 'SIGKILL');
      })();`;
    buildSync({
      ...{
        bundle: true,
        platform: 'node',
        outfile: program,
        nodePaths: [path.resolve(__dirname, '../../../node_modules')],
      },
      stdin: { contents: entry, loader: 'ts', resolveDir: __dirname },
    });
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit'] });
    const signal = await new Promise((ended) => child.once('exit', (_, by) => ended(by)));
    expect(signal).toBe('SIGKILL');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
