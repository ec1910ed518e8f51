import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { dataPointOf, inOrder } from '../../detection/stored-points';
import { type PointRow, SAMPLE_POINT_ROW } from '../../domain/rows';
import type { PastPoint } from '../../training/ports';
import { openDuckDbStore } from '../embedded/duckdb-store';
import { openStoreHistory } from './store-history';

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-store-history-'));
afterAll(() => rmSync(folder, { recursive: true }));
let stores = 0;

async function history(rows: readonly PointRow[]): Promise<PastPoint[]> {
  const store = await openDuckDbStore(path.join(folder, `${stores++}.duckdb`));
  try {
    await store.writePoints(rows);
    const points: PastPoint[] = [];
    for await (const point of openStoreHistory(store).read()) points.push(point);
    return points;
  } finally {
    await store.close();
  }
}

const row = (changes: Partial<PointRow>): PointRow => ({ ...SAMPLE_POINT_ROW, source: 's', ...changes });

describe('points of a store', () => {
  it('are grouped and in the order in which a lost memory is filled from the same rows', async () => {
    const place = fc.record({
      shard: fc.constantFrom('one', 'two', 'three'),
      sequence: fc.nat({ max: 1_200 }).map(String),
      index: fc.nat({ max: 2 }),
      timestamp: fc.integer({ min: 1, max: 30 }),
      late: fc.boolean(),
    });
    const placeOf = ({ shard, sequence, index }: { shard: string; sequence: string; index: number }) =>
      `${shard}/${sequence}/${index}`;
    // A place has one point, and a timestamp one place: the others are duplicates that no row tells of.
    const places = fc
      .uniqueArray(place, { maxLength: 25, selector: placeOf })
      .map((all) => all.filter((one, i) => all.findIndex(({ timestamp }) => timestamp === one.timestamp) === i));
    await fc.assert(
      fc.asyncProperty(places, async (all) => {
        const rows = all.flatMap((one, i) =>
          ['b', 'a'].slice(i % 2).map((metric, k) => row({ ...one, metric, value: i + k / 2 })),
        );
        const expected = inOrder(rows).map((stored) => dataPointOf('s', stored));
        expect(await history(rows)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('are what readers see: each once, and amended rows with their metric where it was', async () => {
    const first = [row({ metric: 'b', value: 1 }), row({ metric: 'a', value: 2 }), row({ metric: 'c', value: 3 })];
    const amended = row({ metric: 'b', value: 1, revision: 1 });
    const [point, ...others] = await history([...first, ...first, amended]);
    expect(others).toEqual([]);
    expect(Object.entries(point!.metrics)).toEqual([
      ['b', 1],
      ['a', 2],
      ['c', 3],
    ]);
  });

  it('say which metrics were scored without the endpoint, or from a memory that was being filled', async () => {
    const points = await history([
      row({ metric: 'a', degraded: true, sequence: '1', timestamp: 1 }),
      row({ metric: 'b', sequence: '1', timestamp: 1 }),
      row({ metric: 'a', sequence: '2', timestamp: 2 }),
      row({ metric: 'a', warming: true, sequence: '3', timestamp: 3 }),
    ]);
    expect(points.map(({ marked }) => marked)).toEqual([['a'], undefined, ['a']]);
  });

  it('are none of an empty store', async () => {
    expect(await history([])).toEqual([]);
  });
});
