import type { PastScore, PointStore, ScoreHistory, ScoresQuery } from '../../detection/ports';
import { type PointRow, SAMPLE_POINT_ROW } from '../../domain/rows';

/** What every store that can be looked at as a whole must do. `make` gives an empty one each time. */
export function describeScoreHistory(name: string, make: () => Promise<PointStore & ScoreHistory>): void {
  describe(`${name} as a history of scores`, () => {
    let store: PointStore & ScoreHistory;
    beforeEach(async () => {
      store = await make();
    });
    afterEach(() => store.close());

    const read = async (query: Partial<ScoresQuery> = {}) => {
      const found: PastScore[] = [];
      for await (const some of store.readScores({ from: at(0), to: at(1_000_000), ...query })) found.push(...some);
      return found;
    };
    const named = async (query?: Partial<ScoresQuery>) =>
      (await read(query)).map(({ source, metric, timestamp }) => `${source} ${metric} ${minuteOf(timestamp)}`);

    it('gives series after series, each in order of time', async () => {
      const rows = [row(3), row(1, { metric: 'm2' }), row(2), row(1, { source: 'a b,=' }), row(1)];
      await store.writePoints(rows);
      expect(await named()).toEqual(['a b,= m 1', 'p m 1', 'p m 2', 'p m 3', 'p m2 1']);
    });

    it('gives the scores that a row has, and by which versions it was judged', async () => {
      const versions = { model: 'weighted-7', settings: 12, schema: 1 };
      await store.writePoints([row(1, { anomalyScore: 0.25, alarmScore: 0.625, isAnomaly: true, versions })]);
      expect(await read()).toEqual([
        {
          ...{ source: 'p', metric: 'm', timestamp: at(1), anomalyScore: 0.25, alarmScore: 0.625, isAnomaly: true },
          ...{ model: 'weighted-7', settings: 12 },
        },
      ]);
    });

    it('gives a row once as readers see it, and leaves out those that came late', async () => {
      await store.writePoints([row(1), row(2, { late: true }), row(3)]);
      await store.writePoints([row(3), row(1, { alarmScore: 0.5, revision: 1 })]);
      expect((await read()).map(({ timestamp, alarmScore }) => [minuteOf(timestamp), alarmScore])).toEqual([
        [1, 0.5],
        [3, 0],
      ]);
    });

    it('gives what lies within the bounds, of the sources that are wanted', async () => {
      await store.writePoints([1, 2, 3, 4].flatMap((minute) => [row(minute), row(minute, { source: 'q' })]));
      expect(await named({ from: at(2), to: at(4) })).toEqual(['p m 2', 'p m 3', 'q m 2', 'q m 3']);
      expect(await named({ from: at(4), isWanted: (source) => source === 'q' })).toEqual(['q m 4']);
      expect(await named({ from: at(5) })).toEqual([]);
    });

    it('gives every row of long series', async () => {
      const minutes = Array.from({ length: 12_000 }, (_, i) => i);
      await store.writePoints(minutes.map((minute) => row(minute)));
      expect((await read()).map(({ timestamp }) => minuteOf(timestamp))).toEqual(minutes);
    });
  });
}

const START = Date.UTC(2026, 10, 22);
const at = (minute: number) => START + minute * 60_000;
const minuteOf = (timestamp: number) => (timestamp - START) / 60_000;

function row(minute: number, over: Partial<PointRow> = {}): PointRow {
  const sequence = String(1_000 + minute);
  return { ...SAMPLE_POINT_ROW, source: 'p', metric: 'm', timestamp: at(minute), sequence, ...over };
}
