import type { DegradedRows, PointStore } from '../../detection/ports';
import { type PointRow, SAMPLE_POINT_ROW } from '../../domain/rows';

/** What every store that can tell its degraded rows must do. `make` gives an empty one each time. */
export function describeDegradedRows(name: string, make: () => Promise<PointStore & DegradedRows>): void {
  describe(`${name} as a keeper of degraded rows`, () => {
    let store: PointStore & DegradedRows;
    beforeEach(async () => {
      store = await make();
    });
    afterEach(() => store.close());

    const minutes = async (query: Partial<Parameters<DegradedRows['readDegraded']>[0]> = {}) =>
      (await store.readDegraded({ schema: 1, limit: 100, ...query })).map(({ timestamp }) => minuteOf(timestamp));

    it('gives those that are degraded and have a vector, whole', async () => {
      const rows = [degraded(1, { source: 'b', late: true, isAnomaly: true }), degraded(2, { source: 'a' })];
      const others = [
        degraded(1, { source: 'fine', degraded: false }),
        without(degraded(1, { source: 'no vector' })),
        degraded(0, { source: 'other schema', versions: { ...SAMPLE_POINT_ROW.versions, schema: 2 } }),
      ];
      await store.writePoints([...others, ...rows]);
      expect(await store.readDegraded({ schema: 1, limit: 100 })).toEqual(rows);
      expect(await store.readDegraded({ schema: 1, limit: 1 })).toEqual(rows.slice(0, 1));
      expect((await store.readDegraded({ schema: 2, limit: 100 })).map(({ source }) => source)).toEqual([
        'other schema',
      ]);
    });

    it('orders by time, then source, then metric, and bounds by from and limit', async () => {
      const rows = [
        degraded(1, { source: 'b' }),
        degraded(2, { source: 'a', metric: 'm' }),
        degraded(2, { source: 'a', metric: 'n' }),
        degraded(2, { source: 'b' }),
        degraded(3, { source: 'a' }),
      ];
      await store.writePoints([3, 1, 4, 0, 2].map((i) => rows[i]!));
      expect(await store.readDegraded({ schema: 1, limit: 100 })).toEqual(rows);
      expect(await store.readDegraded({ schema: 1, limit: 3 })).toEqual(rows.slice(0, 3));
      expect(await minutes({ from: at(2) })).toEqual([2, 2, 2, 3]);
      expect(await minutes({ from: at(2) + 1, limit: 5 })).toEqual([3]);
      expect(await minutes({ limit: 0 })).toEqual([]);
    });

    it('no longer gives what was amended, even when the first revision is written again', async () => {
      await store.writePoints([degraded(1), degraded(2), degraded(3)]);
      await store.writePoints([{ ...without(degraded(2)), degraded: false, revision: 1 }]);
      expect(await minutes()).toEqual([1, 3]);
      await store.writePoints([degraded(2)]);
      expect(await minutes()).toEqual([1, 3]);
    });

    it('no longer gives what has lost its vector, though it is degraded for good', async () => {
      await store.writePoints([degraded(1), degraded(2)]);
      await store.writePoints([{ ...without(degraded(1)), revision: 1 }]);
      expect(await minutes()).toEqual([2]);
    });

    it('gives a row once, however often it was written', async () => {
      for (let i = 0; i < 3; i++) await store.writePoints([degraded(1), degraded(2)]);
      expect(await minutes()).toEqual([1, 2]);
    });

    it('does not give a row that another row hides', async () => {
      // A later point with the same time came late; the first value is what readers see.
      await store.writePoints([degraded(1, { degraded: false, sequence: '5' })]);
      await store.writePoints([degraded(1, { sequence: '7', late: true })]);
      expect(await minutes()).toEqual([]);
    });

    it('takes odd names for what they are', async () => {
      const rows = ["'", '"', 'a,b=c d', '\\', 'b\\'].map((source) => degraded(1, { source, metric: source }));
      await store.writePoints(rows);
      const sources = (await store.readDegraded({ schema: 1, limit: 100 })).map(({ source, metric }) => [
        source,
        metric,
      ]);
      expect(sources.sort()).toEqual(rows.map(({ source, metric }) => [source, metric]).sort());
    });

    it('gives pages that together are everything', async () => {
      const rows = Array.from({ length: 500 }, (_, i) => degraded(Math.floor(i / 7), { metric: `m${100 + (i % 7)}` }));
      await store.writePoints(rows);
      const seen: PointRow[] = [];
      for (;;) {
        const page = await store.readDegraded({ schema: 1, limit: 64 });
        if (page.length === 0) break;
        seen.push(...page);
        await store.writePoints(page.map((row) => ({ ...without(row), degraded: false, revision: 1 })));
      }
      expect(seen).toEqual(rows);
    });
  });
}

function at(minute: number): number {
  return SAMPLE_POINT_ROW.timestamp + 60_000 * minute;
}

function minuteOf(timestamp: number): number {
  return (timestamp - SAMPLE_POINT_ROW.timestamp) / 60_000;
}

function degraded(minute: number, fields: Partial<PointRow> = {}): PointRow {
  return { ...SAMPLE_POINT_ROW, timestamp: at(minute), degraded: true, features: [0, 0.5, minute], ...fields };
}

function without({ features: _, ...row }: PointRow): PointRow {
  return row;
}
