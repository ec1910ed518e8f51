import { ARRIVAL, streamRecord, wirePoint } from '../../../test/factories/records';
import type { StreamRecord } from '../../runtime/kinesis';
import type { PastPoint, PointHistory } from '../../training/ports';

export interface HistoryUnderTest {
  readonly history: PointHistory;
  close?(): Promise<void>;
}

export interface HistoryTraits {
  /** Does it know where points lay in the stream? Then order and duplicates do not depend on how they came. */
  readonly hasPlaces: boolean;
  readonly keepsTags: boolean;
  readonly bySource: boolean;
}

const MINUTE_MS = 60_000;

/**
 * What every history must do.
 *
 * @param open a history of records in the order in which they were delivered, some of them perhaps again
 */
export function describePointHistory(
  name: string,
  { hasPlaces, keepsTags, bySource }: HistoryTraits,
  open: (delivered: readonly (readonly StreamRecord[])[]) => Promise<HistoryUnderTest>,
): void {
  describe(`${name} as a history`, () => {
    let under: HistoryUnderTest;
    afterEach(() => under.close?.());

    const source = async (of: string) => (await read(under.history)).filter((point) => point.source === of);
    const place = (at: number, of = 's', more: Partial<StreamRecord> = {}) =>
      streamRecord(wirePoint({ source: of, timestamp: ARRIVAL - (100 - at) * MINUTE_MS, metrics: { at } }), 1000 + at, {
        arrival: ARRIVAL + at,
        ...more,
      });
    const order = async (of = 's') => (await source(of)).map(({ metrics }) => metrics['at']);

    it('gives points as they were sent, with their metrics in the order of the sender', async () => {
      const sent = [
        wirePoint({ metrics: { b: 5e-324, a: -Number.MAX_VALUE, '水 🌊': 0.1 + 0.2 }, tags: { site: 'berlin' } }),
        wirePoint({ timestamp: ARRIVAL + 1, metrics: { a: 1, b: null, c: 1e-7 } }),
        wirePoint({ timestamp: '2026-11-22T13:00:00.002Z', metrics: { __proto: 1, z: 2 } }),
      ];
      under = await open([[streamRecord([sent[0], sent[1]], 1), streamRecord(sent[2], 2)]]);
      const points = await source('pump-17');
      expect(points.map(({ timestamp }) => timestamp)).toEqual([ARRIVAL, ARRIVAL + 1, ARRIVAL + 2]);
      expect(points.map(({ metrics }) => Object.entries(metrics))).toEqual([
        Object.entries(sent[0]!.metrics),
        [
          ['a', 1],
          ['c', 1e-7],
        ],
        Object.entries(sent[2]!.metrics),
      ]);
      if (keepsTags) expect(points.map(({ tags }) => ({ ...tags }))).toEqual([{ site: 'berlin' }, {}, {}]);
    });

    it('can be read again, also after a reading that was given up', async () => {
      under = await open([Array.from({ length: 50 }, (_, i) => place(i, `s${i % 3}`))]);
      const first = await read(under.history);
      for await (const _ of under.history.read()) break;
      expect(first).toHaveLength(50);
      expect(await read(under.history)).toEqual(first);
    });

    it('can be read by two at a time', async () => {
      under = await open([Array.from({ length: 50 }, (_, i) => place(i))]);
      const [one, other] = await Promise.all([read(under.history), read(under.history)]);
      expect([one.length, other]).toEqual([50, one]);
    });

    it('keeps the order of delivery of a source, whatever the timestamps say', async () => {
      const at = [0, 2, 1, 5, 3, 4];
      under = await open([at.map((i, sequence) => place(i, 's', { sequence: String(1000 + sequence) }))]);
      expect(await order()).toEqual(at);
    });

    it(
      bySource ? 'has all points of a source together, and says so' : 'does not say that sources are together',
      async () => {
        under = await open([Array.from({ length: 30 }, (_, i) => place(i, `s${i % 3}`))]);
        expect(under.history.bySource).toBe(bySource);
        const sources = (await read(under.history)).map((point) => point.source);
        expect(sources.filter((one, i) => one !== sources[i - 1])).toHaveLength(bySource ? 3 : 30);
      },
    );

    if (!hasPlaces) return;

    it('gives what was delivered twice once', async () => {
      under = await open([[0, 1, 2, 3].map((i) => place(i)), [2, 3, 4].map((i) => place(i)), [place(4), place(4)]]);
      expect(await order()).toEqual([0, 1, 2, 3, 4]);
    });

    it('orders a shard by numbers, not by texts, and points of a record by their index', async () => {
      const three = [7, 8, 9].map((i) => wirePoint({ source: 's', timestamp: ARRIVAL + i, metrics: { at: i } }));
      under = await open([
        [place(5, 's', { sequence: '9' }), place(6, 's', { sequence: '10' }), streamRecord(three, '100')],
      ]);
      expect(await order()).toEqual([5, 6, 7, 8, 9]);
    });

    it('puts what a source sent to another shard after what it had sent before', async () => {
      const child = { shard: 'shardId-000000000007' };
      under = await open([
        [0, 1, 2].map((i) => place(i)),
        [3, 4].map((i) => place(i, 's', { ...child, sequence: `${i}` })),
        [5, 6].map((i) => place(i)),
      ]);
      expect(await order()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    });
  });
}

async function read(history: PointHistory): Promise<PastPoint[]> {
  const points: PastPoint[] = [];
  for await (const point of history.read()) points.push(point);
  return points;
}
