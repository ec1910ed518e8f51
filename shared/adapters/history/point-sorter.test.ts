import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { DataPoint } from '../../domain/data-point';
import { comparePositions } from '../../domain/position';
import { sampleHash } from '../../training/sample-hash';
import { openPointSorter } from './point-sorter';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-sorter-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Placed {
  readonly point: DataPoint;
  readonly shard: string;
  readonly sequence: string;
  readonly index: number;
  readonly arrival: number;
}

const placed = (source: string, at: number, changes: Partial<Placed> = {}): Placed => ({
  point: { source, timestamp: at, metrics: { a: at / 7, b: -at }, tags: {} },
  shard: 'one',
  sequence: String(10n ** 55n + BigInt(at)),
  index: 0,
  arrival: at,
  ...changes,
});

function sorted(all: readonly Placed[], memoryMb?: number) {
  const sorter = openPointSorter({ folder, ...(memoryMb === undefined ? {} : { memoryMb }) });
  try {
    for (const { point, shard, sequence, index, arrival } of all) sorter.add(point, shard, sequence, index, arrival);
    const points = [...sorter.sorted()];
    return { points, duplicates: sorter.duplicates() };
  } finally {
    sorter.close();
  }
}

/** The same by the plain way: all in memory. */
function expected(all: readonly Placed[]): DataPoint[] {
  const sources = [...new Set(all.map(({ point }) => point.source))].sort();
  return sources.flatMap((source) => {
    const shards = [...new Set(all.map(({ shard }) => shard))].sort().map((shard) => {
      const own = all.filter((one) => one.point.source === source && one.shard === shard).sort(comparePositions);
      return own.filter((one, i) => i === 0 || comparePositions(own[i - 1]!, one) !== 0);
    });
    const points: DataPoint[] = [];
    for (;;) {
      const heads = shards.filter((shard) => shard.length > 0);
      if (heads.length === 0) return points;
      const next = heads.reduce((first, one) => (one[0]!.arrival < first[0]!.arrival ? one : first));
      points.push(next.shift()!.point);
    }
  });
}

const plain = (points: readonly DataPoint[]) =>
  points.map(({ metrics, ...rest }) => ({ ...rest, metrics: { ...metrics } }));

describe('the sorter', () => {
  it('gives nothing of nothing, and needs no file for it', () => {
    expect(sorted([])).toEqual({ points: [], duplicates: 0 });
  });

  it('gives any points as sorting in memory does: by source, by place in a shard, shards by arrival, each once', () => {
    const name = fc.constantFrom('a', 'b', '水', '__proto__', '10', '2');
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    const any = fc.record({
      point: fc.record({
        source: name,
        timestamp: fc.integer({ min: -1e12, max: 1e14 }),
        metrics: fc.dictionary(name, value, { minKeys: 1, maxKeys: 4, noNullPrototype: false }),
        tags: fc.dictionary(name, fc.string({ maxLength: 3 }), { maxKeys: 2, noNullPrototype: true }),
      }),
      shard: fc.constantFrom('one', 'two'),
      sequence: fc.oneof(fc.nat({ max: 20 }).map(String), fc.bigInt(10n ** 55n, 10n ** 55n + 9n).map(String)),
      index: fc.nat({ max: 3 }),
      arrival: fc.nat({ max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (all) => {
        const { points, duplicates } = sorted(all, 0);
        expect(plain(points)).toEqual(plain(expected(all)));
        expect(points.length + duplicates).toBe(all.length);
      }),
    );
  });

  it('does so in many runs, in any order of arrival, with duplicates in other runs', () => {
    const ordered = Array.from({ length: 30_000 }, (_, i) =>
      placed(`s${i % 7}`, i, { shard: i % 7 === 3 && i % 2 === 0 ? 'two' : 'one', index: i % 5 }),
    );
    const shuffled = [...ordered]
      .map((one, i) => ({ one, key: i + (sampleHash('shuffle', i) % 9_000) }))
      .sort((a, b) => a.key - b.key)
      .map(({ one }) => one);
    const again = ordered.filter((_, i) => i % 11 === 0);
    const { points, duplicates } = sorted([...shuffled, ...again], 0.5);
    expect(duplicates).toBe(again.length);
    expect(points).toHaveLength(ordered.length);
    expect(points.map(({ source, timestamp }) => `${source} ${timestamp}`)).toEqual(
      expected(ordered).map(({ source, timestamp }) => `${source} ${timestamp}`),
    );
  });

  it('reads groups that are larger than what is read ahead', () => {
    const all = Array.from({ length: 20_000 }, (_, i) => placed('hot', i));
    expect(sorted(all, 4).points.map(({ timestamp }) => timestamp)).toEqual(all.map(({ arrival }) => arrival));
  });

  it('takes the largest points that the wire allows, with tags of their own each', () => {
    const names = Array.from({ length: 256 }, (_, k) => `${k}-`.padEnd(256, '水'));
    const all = Array.from({ length: 8 }, (_, i) => ({
      ...placed('s', i),
      point: { source: 's', timestamp: i, metrics: Object.fromEntries(names.map((n) => [n, i])), tags: { i: `${i}` } },
    }));
    expect(plain(sorted(all, 0).points)).toEqual(all.map(({ point }) => point));
  });

  it('leaves no file, not even while it is at work', () => {
    const sorter = openPointSorter({ folder, memoryMb: 0 });
    for (let i = 0; i < 20_000; i++) {
      const { point, shard, sequence, index, arrival } = placed('s', i);
      sorter.add(point, shard, sequence, index, arrival);
    }
    const reading = sorter.sorted();
    reading.next();
    expect(readdirSync(folder)).toEqual([]);
    reading.return(undefined);
    sorter.close();
  });

  it('says which folder it cannot use, and what to do', () => {
    const sorter = openPointSorter({ folder: path.join(folder, 'missing') });
    const { point, shard, sequence, index, arrival } = placed('s', 1);
    sorter.add(point, shard, sequence, index, arrival);
    expect(() => sorter.sorted().next()).toThrow(
      /kept in .*missing \(ENOENT\): make room, or name another folder in TMPDIR/,
    );
  });
});
