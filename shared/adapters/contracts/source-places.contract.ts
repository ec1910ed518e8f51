import { HOUR_MS, PLACE_KEPT_MS, type PlaceRequest, type SourcePlaces } from '../../detection/source-places';

/** How a suite gets places: `make` twice within one `scope` must reach the same ones. */
export interface SourcePlacesFactory {
  make(scope: string, placesMax: number): Promise<SourcePlaces> | SourcePlaces;
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
const request = (source: string, at = NOW, isKnown = false): PlaceRequest => ({ source, first: at, last: at, isKnown });

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
      expect(await take(request('a'), request('b'), request('c'))).toEqual([true, true, false]);
      expect(await take(request('c'), request('b'), request('a'))).toEqual([false, true, true]);
      expect(await places.taken()).toBe(2);
    });

    it('asks a source once, however often it stands in a call', async () => {
      await make(2);
      expect(await take(request('a'), request('a'), request('b'))).toEqual([true, true, true]);
      expect(await places.taken()).toBe(2);
    });

    it('takes who has a memory already, also beyond the number', async () => {
      await make(1);
      expect(await take(request('a'), request('b', NOW, true), request('c'))).toEqual([true, true, false]);
      expect(await places.taken()).toBe(2);
    });

    it('keeps a place for who sends points, and frees that of who does not', async () => {
      await make(2);
      await take(request('a'), request('b'));
      const later = NOW + PLACE_KEPT_MS + 1;
      expect(await take(request('a', later - HOUR_MS))).toEqual([true]);
      expect(await take(request('c', later), request('d', later))).toEqual([true, false]);
      expect(await take(request('a', later), request('b', later))).toEqual([true, false]);
    });

    it('decides a batch that comes again as before, although places became free meanwhile', async () => {
      await make(1);
      await take(request('a'));
      const refused = NOW + PLACE_KEPT_MS;
      expect(await take(request('b', refused))).toEqual([false]);
      // By a point that comes a moment later, the place of a is free; within the hour it stays empty.
      expect(await take(request('b', refused + 1_000))).toEqual([false]);
      expect(await take(request('b', refused))).toEqual([false]);
      expect(await take(request('c', refused + HOUR_MS))).toEqual([true]);
    });

    it('is not moved back by an older batch', async () => {
      await make(1);
      await take(request('a', NOW));
      await take(request('a', NOW - 1_000));
      expect(await take(request('b', NOW + PLACE_KEPT_MS - 500))).toEqual([false]);
    });

    it('takes any name', async () => {
      await make(HOSTILE_NAMES.length);
      expect(await take(...HOSTILE_NAMES.map((source) => request(source)))).toEqual(HOSTILE_NAMES.map(() => true));
      expect(await take(request('one more'))).toEqual([false]);
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

    it('remembers when it is opened again', async () => {
      const first = await make(1);
      await take(request('a'));
      await first.close();
      await make(1);
      expect(await take(request('b'), request('a'))).toEqual([false, true]);
    });
  });
}
