import { type PointStore, RowsRefused } from '../../detection/ports';
import { type AnomalyEvent, SAMPLE_ANOMALY_EVENT } from '../../domain/anomaly-event';
import { type PointRow, SAMPLE_POINT_ROW } from '../../domain/rows';

/** How a suite gets stores: `make` after a close with the same `scope` must reach the same rows. */
export interface PointStoreFactory {
  make(scope: string): Promise<PointStore> | PointStore;
  /** Where this store differs from the port, by what it is made of; the suite then checks what it does instead. */
  readonly differs?: {
    /**
     * What is written again replaces what was there, as a whole. Positions are then told apart among late rows; a row on
     * time goes before them.
     */
    readonly replaces?: true;
    /** Positions are not compared: of rows of one revision, all late or all on time, the one written first stays. */
    readonly keepsFirst?: true;
    /** Epoch milliseconds that it keeps, both inclusive; rows outside are refused. */
    readonly timestamps?: readonly [first: number, last: number];
  };
}

const ANY_YEAR = [-62_167_219_200_000, 253_402_300_799_999] as const;

const HOSTILE_NAMES = [
  "'; DROP TABLE points; --",
  '" OR 1=1 --',
  '\\',
  'a,b=c d',
  '%',
  '_',
  '$1 ? {}',
  '__proto__',
  '水温-１',
  '🌊🌊',
  'é',
  'e\u0301',
  '界'.repeat(256),
  'NULL',
  '0x00',
];

/** What every store of points and anomalies must do. */
export function describePointStore(name: string, factory: PointStoreFactory): void {
  const replaces = factory.differs?.replaces === true;
  const [firstTime, lastTime] = factory.differs?.timestamps ?? ANY_YEAR;
  describe(`${name} as a point store`, () => {
    let store: PointStore;
    let scope = 0;
    let current: string;

    beforeEach(async () => {
      current = `contract-${process.pid}-${Date.now()}-${scope++}`;
      store = await factory.make(current);
    });
    afterEach(() => store.close());

    const series = { source: SAMPLE_POINT_ROW.source, metric: SAMPLE_POINT_ROW.metric };
    const values = async (query: Partial<Parameters<PointStore['readPoints']>[0]> = {}) =>
      (await store.readPoints({ ...series, ...query })).map((row) => row.value);

    it('gives nothing for what it never saw, and takes nothing', async () => {
      await store.writePoints([]);
      await store.writeAnomalies([]);
      expect(await store.readPoints(series)).toEqual([]);
      expect(await store.readAnomalies({})).toEqual([]);
    });

    it('gives a row back as it was written, with every optional field and without', async () => {
      const { expected: _e, lower: _l, upper: _u, ...young } = point({ timestamp: at(1), learning: true });
      const rows: PointRow[] = [
        young,
        point({
          timestamp: at(2),
          value: -1.5e-300,
          isAnomaly: true,
          late: true,
          degraded: true,
          warming: true,
          features: [0, 0.1234, 12345.6789, 1e-4],
          bar: { threshold: 0.1 + 0.2, hurdle: 0 },
          versions: { model: 'mlflow:7', settings: 12, schema: 3 },
          stream: 'other-stream',
          shard: 'shardId-000000000017',
          sequence: '9'.repeat(56),
          index: 9_999,
        }),
        point({
          timestamp: at(3),
          value: Number.MAX_VALUE,
          expected: 5e-324,
          lower: -Number.MAX_VALUE,
          upper: 0.1 + 0.2,
        }),
      ];
      await store.writePoints(rows);
      expect(await store.readPoints(series)).toEqual(rows);
    });

    it('orders rows by time and bounds them by from, to and limit', async () => {
      await store.writePoints([3, 1, 4, 2, 5].map((value) => point({ timestamp: at(value), value })));
      expect(await values()).toEqual([1, 2, 3, 4, 5]);
      expect(await values({ from: at(2), to: at(4) })).toEqual([2, 3]);
      expect(await values({ from: at(2), limit: 2 })).toEqual([2, 3]);
      expect(await values({ limit: 0 })).toEqual([]);
      expect(await values({ from: at(2) + 0.5, to: at(3) + 0.5 })).toEqual([3]);
    });

    it('gives the newest rows of each source over all its metrics, and no timestamp in part', async () => {
      const rows = [1, 2, 3, 4, 5].flatMap((minute) =>
        ['a', 'b'].map((metric) => point({ metric, timestamp: at(minute), value: minute })),
      );
      const other = point({ source: 'other', timestamp: at(9), value: 9 });
      await store.writePoints([...rows.slice(4), other, ...rows.slice(0, 4)]);
      await store.writePoints([point({ metric: 'a', timestamp: at(4), value: 44, revision: 1 })]);
      const { source } = series;
      const answers = await store.readRecent([
        { source, limit: 5 },
        { source: 'nobody', limit: 5 },
        { source: 'other', limit: 1 },
        { source, limit: 2 },
        { source, limit: 100 },
        { source, limit: 1 },
      ]);
      const seen = answers.map((found) => found.map(({ metric, value }) => `${metric}${value}`).sort());
      expect(seen).toEqual([
        ['a44', 'a5', 'b4', 'b5'],
        [],
        [`${other.metric}9`],
        ['a5', 'b5'],
        ['a1', 'a2', 'a3', 'a44', 'a5', 'b1', 'b2', 'b3', 'b4', 'b5'],
        [expect.stringMatching(/^[ab]5$/)],
      ]);
      expect(answers[0]!.map(({ timestamp }) => timestamp)).toEqual([at(4), at(4), at(5), at(5)]);
      expect(await store.readRecent([])).toEqual([]);
    });

    it('shows a row once, however often it is written', async () => {
      const rows = Array.from({ length: 50 }, (_, i) => point({ timestamp: at(i), value: i, sequence: `${100 + i}` }));
      for (let i = 0; i < 3; i++) await store.writePoints(rows);
      await store.writePoints([...rows, ...rows]);
      expect(await store.readPoints(series)).toEqual(rows);
    });

    it.each<[string, Partial<PointRow>[], number]>([
      [
        'the earliest sequence',
        [
          { value: 2, sequence: '20' },
          { value: 1, sequence: '3' },
        ],
        1,
      ],
      [
        'sequences as numbers, not as text',
        [
          { value: 1, sequence: '9' },
          { value: 2, sequence: '10' },
        ],
        1,
      ],
      [
        'sequences whatever zeros they begin with',
        [
          { value: 2, sequence: '10' },
          { value: 1, sequence: '009' },
        ],
        1,
      ],
      [
        'sequences that a double cannot tell apart',
        [
          { value: 2, sequence: '49590338271490256608559692538361571095921575989136588899' },
          { value: 1, sequence: '49590338271490256608559692538361571095921575989136588898' },
        ],
        1,
      ],
      [
        'the earliest index of a record',
        [
          { value: 2, index: 10 },
          { value: 1, index: 9 },
        ],
        1,
      ],
      ['the highest revision', [{ value: 1 }, { value: 3, revision: 2 }, { value: 2, revision: 1 }], 3],
      [
        'the earliest position of the highest revision',
        [
          { value: 0, sequence: '1' },
          { value: 2, sequence: '20', revision: 1 },
          { value: 1, sequence: '10', revision: 1 },
        ],
        1,
      ],
      [
        'the stream that was first, when a new one counts from the beginning',
        [
          { value: 1, stream: 'b', sequence: '500', late: false },
          { value: 2, stream: 'a', sequence: '1', late: true },
        ],
        1,
      ],
    ])('lets %s win', async (_, rows, winner) => {
      for (const row of rows) await store.writePoints([point({ sequence: '10', late: replaces, ...row })]);
      const highest = Math.max(...rows.map(({ revision = 0 }) => revision));
      const firstWritten = rows.find(({ revision = 0 }) => revision === highest)?.value;
      expect(await values()).toEqual([factory.differs?.keepsFirst === true ? firstWritten : winner]);
    });

    it('keeps the earliest of unscored rows, and a scored one before them', async () => {
      const unscored = (value: number, sequence: string) =>
        point({ value, sequence, unscored: true, anomalyScore: 0.4, alarmScore: 0 });
      await store.writePoints([unscored(2, '20')]);
      await store.writePoints([unscored(1, '10')]);
      await store.writePoints([unscored(2, '20')]);
      const isFirst = factory.differs?.keepsFirst === true;
      expect(await store.readPoints(series)).toEqual([isFirst ? unscored(2, '20') : unscored(1, '10')]);
      const [[recent] = []] = await store.readRecent([{ source: series.source, limit: 10 }]);
      expect(recent).toMatchObject({ unscored: true, late: false });
      if (replaces) {
        await store.writePoints([point({ value: 3, sequence: '30' })]);
        expect(await store.readPoints(series)).toEqual([point({ value: 3, sequence: '30' })]);
      }
    });

    it('keeps one of two rows on time, and that one whole', async () => {
      const { expected: _e, lower: _l, upper: _u, ...bare } = point({ value: 2, sequence: '20', index: 3 });
      const full = point({ value: 1, sequence: '10', isAnomaly: true, degraded: true, features: [1, 2] });
      await store.writePoints([full]);
      await store.writePoints([bare]);
      expect(await store.readPoints(series)).toEqual([replaces ? bare : full]);
      await store.writePoints([full]);
      expect(await store.readPoints(series)).toEqual([full]);
    });

    it('takes odd names for what they are', async () => {
      const rows = HOSTILE_NAMES.flatMap((source, i) =>
        HOSTILE_NAMES.map((metric, j) => point({ source, metric, value: 100 * i + j, stream: source, shard: metric })),
      );
      await store.writePoints(rows);
      for (const row of rows.filter((_, i) => i % 7 === 0)) {
        expect(await store.readPoints({ source: row.source, metric: row.metric })).toEqual([row]);
      }
    });

    it('takes ten thousand rows at once', async () => {
      const rows = Array.from({ length: 10_000 }, (_, i) => point({ timestamp: at(i), value: i }));
      await store.writePoints(rows);
      expect(await store.readPoints(series)).toEqual(rows);
    });

    it('keeps apart what is written at the same time', async () => {
      const writes = Array.from({ length: 20 }, (_, i) => [point({ timestamp: at(i), value: i, shard: `shard-${i}` })]);
      await Promise.all([...writes, ...writes].map((rows) => store.writePoints(rows)));
      expect((await store.readPoints(series)).map(({ value, shard }) => [value, shard])).toEqual(
        writes.map((_, i) => [i, `shard-${i}`]),
      );
    });

    it('keeps timestamps of any year it may be given', async () => {
      const timestamps = [firstTime, -1, 0, lastTime];
      await store.writePoints(timestamps.map((timestamp) => point({ timestamp })));
      await store.writeAnomalies(timestamps.map((timestamp) => event(`${timestamp}`, { timestamp })));
      expect((await store.readPoints(series)).map((row) => row.timestamp)).toEqual(timestamps);
      expect((await store.readAnomalies({})).map((row) => row.timestamp)).toEqual(timestamps);
    });

    it('names rows whose time it cannot keep, and keeps all others', async () => {
      const outside = ANY_YEAR.filter((timestamp) => timestamp < firstTime || timestamp > lastTime);
      const rows = [firstTime, ...outside, lastTime].map((timestamp) => point({ timestamp }));
      const refused = await store.writePoints(rows).then(
        () => [],
        (error: unknown) => {
          expect(error).toBeInstanceOf(RowsRefused);
          return (error as RowsRefused).refused.map(({ row }) => row.timestamp);
        },
      );
      expect(refused).toEqual(outside);
      expect((await store.readPoints(series)).map((row) => row.timestamp)).toEqual([firstTime, lastTime]);
    });

    it('gives an event back as it was written', async () => {
      const { metric: _m, value: _v, expected: _e, lower: _l, upper: _u, ...silence } = SAMPLE_ANOMALY_EVENT;
      const events: AnomalyEvent[] = [
        { ...SAMPLE_ANOMALY_EVENT, tags: { "it's": '"quoted"', 水: '🌊' } },
        { ...silence, kind: 'silence', id: 'silent', timestamp: SAMPLE_ANOMALY_EVENT.timestamp + 1, contributions: [] },
      ];
      await store.writeAnomalies(events);
      expect(await store.readAnomalies({})).toEqual(events);
    });

    it(`shows an event once by its id, as it was ${replaces ? 'last' : 'first'} written`, async () => {
      await store.writeAnomalies([event('a', { anomalyScore: 0.7 }), event('a', { anomalyScore: 0.8 })]);
      await store.writeAnomalies([event('a', { anomalyScore: 0.9 })]);
      expect((await store.readAnomalies({})).map(({ anomalyScore }) => anomalyScore)).toEqual([replaces ? 0.9 : 0.7]);
    });

    it('orders events by time, then transition, and bounds them', async () => {
      await store.writeAnomalies([
        event('d', { timestamp: at(3), source: 'other' }),
        event('c', { timestamp: at(2), transition: 2 }),
        event('a', { timestamp: at(1), transition: 9 }),
        event('b', { timestamp: at(2), transition: 1 }),
      ]);
      const ids = async (query: Parameters<PointStore['readAnomalies']>[0]) =>
        (await store.readAnomalies(query)).map(({ id }) => id);
      expect(await ids({})).toEqual(['a', 'b', 'c', 'd']);
      expect(await ids({ from: at(2), to: at(3) })).toEqual(['b', 'c']);
      expect(await ids({ source: 'other' })).toEqual(['d']);
      expect(await ids({ limit: 2 })).toEqual(['a', 'b']);
    });

    it('still has everything for whoever opens it later', async () => {
      await store.writePoints([point({})]);
      await store.writeAnomalies([event('a', {})]);
      await store.close();
      store = await factory.make(current);
      await store.writePoints([point({ timestamp: at(9), shard: 'another' })]);
      expect((await store.readPoints(series)).map(({ shard }) => shard)).toEqual([SAMPLE_POINT_ROW.shard, 'another']);
      expect(await store.readAnomalies({})).toHaveLength(1);
    });

    it('finishes what was asked before it closes, and refuses work after', async () => {
      const written = store.writePoints([point({})]);
      await store.close();
      await written;
      await store.close();
      await expect(store.readPoints(series)).rejects.toThrow(/closed/);
      await expect(store.writePoints([point({})])).rejects.toThrow(/closed/);
      store = await factory.make(current);
      expect(await values()).toHaveLength(1);
    });
  });
}

function at(minute: number): number {
  return SAMPLE_POINT_ROW.timestamp + 60_000 * minute;
}

export function point(fields: Partial<PointRow>): PointRow {
  return { ...SAMPLE_POINT_ROW, ...fields };
}

export function event(id: string, fields: Partial<AnomalyEvent>): AnomalyEvent {
  return { ...SAMPLE_ANOMALY_EVENT, id, ...fields };
}
