import {
  HOUR_MS,
  PLACE_KEPT_MS,
  type PlaceAccount,
  type PlaceRequest,
  type SourcePlaces,
} from '../../detection/source-places';

/** How a suite gets places: `make` twice within one `scope` must reach the same ones. */
export interface SourcePlacesFactory {
  make(scope: string, placesMax: number, account?: PlaceAccount): Promise<SourcePlaces> | SourcePlaces;
}

const NOW = Date.UTC(2026, 10, 22, 13, 10);
const HOSTILE_NAMES = [
  '{}',
  '{places}',
  'hour',
  '__proto__',
  '*',
  "'; FLUSHALL --",
  'zwei wörter',
  '🌊',
  '界'.repeat(256),
];
const request = (source: string, at = NOW, known = 0, series = 1): PlaceRequest => ({
  ...{ source, first: at, last: at },
  ...{ series, known, renews: true },
});

/** What every account of places must do. */
export function describeSourcePlaces(name: string, factory: SourcePlacesFactory): void {
  describe(`${name} as places of sources`, () => {
    let scope = 0;
    let places: SourcePlaces;
    let current: string;
    const make = async (placesMax: number) => {
      places = await factory.make(current, placesMax);
      return places;
    };
    beforeEach(() => {
      current = `places-${process.pid}-${Date.now()}-${scope++}`;
    });
    afterEach(() => places.close());
    const take = (...requests: PlaceRequest[]) => places.take(requests);

    it('has none for nobody', async () => {
      await make(2);
      expect(await take()).toEqual([]);
      expect(await places.taken()).toBe(0);
    });

    it('gives as many as there are, first come, and says the same again', async () => {
      await make(2);
      expect(await take(request('a'), request('b'), request('c'))).toEqual([1, 1, 0]);
      expect(await take(request('c'), request('b'), request('a'))).toEqual([0, 1, 1]);
      expect(await places.taken()).toBe(2);
    });

    it('asks a source once, however often it stands in a call', async () => {
      await make(2);
      expect(await take(request('a'), request('a'), request('b'))).toEqual([1, 1, 1]);
      expect(await places.taken()).toBe(2);
    });

    it('takes who has a memory already, also beyond the number', async () => {
      await make(1);
      expect(await take(request('a'), request('b', NOW, 1), request('c'))).toEqual([1, 1, 0]);
      expect(await places.taken()).toBe(2);
    });

    it('counts series: a source has as many places as it asks for, or as many as there are', async () => {
      await make(5);
      expect(await take(request('a', NOW, 0, 3), request('b', NOW, 0, 3), request('c'))).toEqual([3, 2, 0]);
      expect(await places.taken()).toBe(5);
      expect(await take(request('b', NOW, 0, 3), request('a', NOW, 0, 3))).toEqual([2, 3]);
    });

    it('gives a source that grows what it lacks, and keeps what it has', async () => {
      await make(4);
      expect(await take(request('a', NOW, 0, 2))).toEqual([2]);
      expect(await take(request('a', NOW, 2, 3))).toEqual([3]);
      expect(await take(request('a', NOW, 3, 6))).toEqual([4]);
      expect(await places.taken()).toBe(4);
    });

    it('takes all series that have a memory already, also beyond the number', async () => {
      await make(2);
      expect(await take(request('a', NOW, 4, 6))).toEqual([4]);
      expect(await take(request('b'))).toEqual([0]);
      expect(await places.taken()).toBe(4);
    });

    it('frees all places of a source that does not send points', async () => {
      await make(3);
      await take(request('a', NOW, 0, 3));
      expect(await take(request('b', NOW + PLACE_KEPT_MS + 1, 0, 4))).toEqual([3]);
    });

    it('keeps apart what names might mix up', async () => {
      await make(10);
      await take(request('a', NOW, 0, 2));
      expect(await take(request('a1'), request('1'), request('a 1'))).toEqual([1, 1, 1]);
      expect(await places.taken()).toBe(5);
    });

    it('keeps a place for who sends points, and frees that of who does not', async () => {
      await make(2);
      await take(request('a'), request('b'));
      const later = NOW + PLACE_KEPT_MS + 1;
      expect(await take(request('a', later - HOUR_MS))).toEqual([1]);
      expect(await take(request('c', later), request('d', later))).toEqual([1, 0]);
      expect(await take(request('a', later), request('b', later))).toEqual([1, 0]);
    });

    it('decides a batch that comes again as before, although places became free meanwhile', async () => {
      await make(1);
      await take(request('a'));
      const refused = NOW + PLACE_KEPT_MS;
      expect(await take(request('b', refused))).toEqual([0]);
      // By a point that comes a moment later, the place of a is free; within the hour it stays empty.
      expect(await take(request('b', refused + 1_000))).toEqual([0]);
      expect(await take(request('b', refused))).toEqual([0]);
      expect(await take(request('c', refused + HOUR_MS))).toEqual([1]);
    });

    it('is not moved back by an older batch', async () => {
      await make(1);
      await take(request('a', NOW));
      await take(request('a', NOW - 1_000));
      expect(await take(request('b', NOW + PLACE_KEPT_MS - 500))).toEqual([0]);
    });

    it('takes any name', async () => {
      await make(HOSTILE_NAMES.length);
      expect(await take(...HOSTILE_NAMES.map((source) => request(source)))).toEqual(HOSTILE_NAMES.map(() => 1));
      expect(await take(request('one more'))).toEqual([0]);
    });

    it('is bounded under a flood of names, whoever asks at the same time', async () => {
      await make(100);
      const other = await factory.make(current, 100);
      const flood = (from: number) => Array.from({ length: 5_000 }, (_, i) => request(`flood-${from + i}`));
      const answers = await Promise.all([places.take(flood(0)), other.take(flood(5_000))]);
      expect(answers.flat().filter(Boolean)).toHaveLength(100);
      expect(await places.taken()).toBe(100);
      await other.close();
    });

    it('is an account of its own beside that of strangers', async () => {
      await make(1);
      const strangers = await factory.make(current, 2, 'strangers');
      try {
        expect(await take(request('a'), request('b'))).toEqual([1, 0]);
        expect(await strangers.take([request('b'), request('c'), request('d')])).toEqual([1, 1, 0]);
        expect([await places.taken(), await strangers.taken()]).toEqual([1, 2]);
        expect(await take(request('b', NOW + HOUR_MS))).toEqual([0]);
      } finally {
        await strangers.close();
      }
    });

    it('of no places refuses everybody', async () => {
      await make(0);
      expect(await take(request('a'), request('b'))).toEqual([0, 0]);
    });

    it('remembers when it is opened again', async () => {
      const first = await make(1);
      await take(request('a'));
      await first.close();
      await make(1);
      expect(await take(request('b'), request('a'))).toEqual([0, 1]);
    });
  });
}
