import fc from 'fast-check';
import { createMemoryStore } from '../../alerting/store/memory-store';
import { type AlertStore, DOCUMENT_BYTES_MAX, type Put } from '../../alerting/store-port';

const put = (over: Partial<Put> = {}): Put => ({
  partition: 'p',
  sort: 's',
  expected: undefined,
  body: { a: 1 },
  ...over,
});
const names = (found: readonly { readonly partition: string; readonly sort: string }[]) =>
  found.map(({ partition, sort }) => `${partition}/${sort}`);

/**
 * What every alert store promises.
 *
 * @param open an empty store, each time
 * @param options `runs` of the comparison with a store in memory
 */
export function describeAlertStore(
  name: string,
  open: () => Promise<AlertStore>,
  { runs = 50, expires = true }: { readonly runs?: number; readonly expires?: boolean } = {},
): void {
  describe(name, () => {
    let store: AlertStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    test('gives back what was put, in the order asked, and counts revisions', async () => {
      const body = { text: 'ä\u0000"', list: [1, null, { x: 0.1 }] };
      expect(await store.commit([put({ body }), put({ sort: 't' })])).toBe(true);
      expect(await store.commit([put({ body: { a: 2 }, expected: 1, sort: 't' })])).toBe(true);
      const keys = [put({ sort: 't' }), put({ sort: 'nothing' }), put()];
      expect(await store.load(keys)).toEqual([
        { partition: 'p', sort: 't', revision: 2, body: { a: 2 } },
        undefined,
        { partition: 'p', sort: 's', revision: 1, body },
      ]);
      expect(await store.load([])).toEqual([]);
    });

    test.each<[string, number | undefined, number | undefined]>([
      ['a document that must not be there and is', 1, undefined],
      ['an older revision', 2, 1],
      ['a newer revision', 1, 2],
      ['a document that must be there and is not', undefined, 1],
    ])('a commit is lost whole for %s', async (_, revisions, expected) => {
      for (let i = 0; i < (revisions ?? 0); i++) await store.commit([put({ expected: i || undefined })]);
      expect(await store.commit([put({ sort: 'other' }), put({ expected, body: 'lost' })])).toBe(false);
      const [other, own] = await store.load([put({ sort: 'other' }), put()]);
      expect(other).toBeUndefined();
      expect(own?.body).not.toBe('lost');
    });

    test('of commits at the same time that expect the same, one wins', async () => {
      await store.commit([put()]);
      const won = await Promise.all(Array.from({ length: 8 }, (_, i) => store.commit([put({ expected: 1, body: i })])));
      expect(won.filter(Boolean)).toHaveLength(1);
      const [doc] = await store.load([put()]);
      expect(doc).toMatchObject({ revision: 2, body: won.indexOf(true) });
    });

    test('takes a hundred puts and large documents, and refuses what no store takes', async () => {
      const many = Array.from({ length: 100 }, (_, i) => put({ sort: `s${i}`, body: { at: i } }));
      expect(await store.commit(many)).toBe(true);
      expect((await store.load(many)).map((doc) => doc?.body)).toEqual(many.map((_, i) => ({ at: i })));
      const large = 'x'.repeat(DOCUMENT_BYTES_MAX - 2);
      expect(await store.commit([put({ body: large })])).toBe(true);
      await expect(store.commit([put({ body: `${large}x` })])).rejects.toThrow(RangeError);
      await expect(store.commit([put({ sort: 'a' }), put({ sort: 'a' })])).rejects.toThrow('twice');
      await expect(store.commit([...many, put({ sort: 'more' })])).rejects.toThrow('at most 100');
    });

    test('lists a partition by prefix, in order or the last ones first', async () => {
      const sorts = ['a#1', 'a#2', 'a#10', 'b#1', 'ä#1'];
      await store.commit([...sorts.map((sort) => put({ sort })), put({ partition: 'q', sort: 'a#3' })]);
      expect(names(await store.list('p', { prefix: 'a#' }))).toEqual(['p/a#1', 'p/a#10', 'p/a#2']);
      expect(names(await store.list('p', { prefix: 'a#', lastFirst: true, limit: 2 }))).toEqual(['p/a#2', 'p/a#10']);
      expect(names(await store.list('p'))).toEqual(['p/a#1', 'p/a#10', 'p/a#2', 'p/b#1', 'p/ä#1']);
      expect(await store.list('nothing')).toEqual([]);
    });

    test('lists keys under a name in order of a number, and no longer under the name before', async () => {
      const at = (n: number, name = 'due') => ({ index: { name, at: n } });
      await store.commit([put({ sort: 'a', ...at(30) }), put({ sort: 'b', ...at(10) }), put({ sort: 'c', ...at(20) })]);
      await store.commit([put({ sort: 'd', ...at(15, 'other') }), put({ sort: 'e' })]);
      const listed = async (query: Parameters<AlertStore['indexed']>[1], count: number) => {
        // Some stores list a moment later.
        for (let tries = 0; ; tries++) {
          const found = await store.indexed('due', query);
          if (found.length === count || tries > 200) return found.map(({ sort, at: n }) => `${sort}${n}`);
        }
      };
      expect(await listed({}, 3)).toEqual(['b10', 'c20', 'a30']);
      expect(await listed({ from: 10, until: 20 }, 2)).toEqual(['b10', 'c20']);
      expect(await listed({ from: 11, limit: 1 }, 1)).toEqual(['c20']);
      expect(await listed({ lastFirst: true, limit: 2 }, 2)).toEqual(['a30', 'c20']);
      await store.commit([put({ sort: 'a', expected: 1, ...at(5) }), put({ sort: 'b', expected: 1 })]);
      await store.commit([put({ sort: 'c', expected: 1, ...at(20, 'other') })]);
      expect(await listed({}, 1)).toEqual(['a5']);
    });

    if (expires)
      test('removes what has expired, and its place in lists', async () => {
        await store.commit([
          put({ sort: 'a', expiresAt: 1_000, index: { name: 'x', at: 1 } }),
          put({ sort: 'b', expiresAt: 2_000 }),
          put({ sort: 'c' }),
        ]);
        await store.commit([put({ sort: 'b', expected: 1, expiresAt: 3_000 })]);
        expect(await store.removeExpired(999, 10)).toBe(0);
        expect(await store.removeExpired(2_500, 10)).toBe(1);
        expect(await store.indexed('x')).toEqual([]);
        expect(names(await store.list('p'))).toEqual(['p/b', 'p/c']);
        expect(await store.removeExpired(3_000, 10)).toBe(1);
        expect(await store.commit([put({ sort: 'b' })])).toBe(true);
      });

    test('any sequence of commits leaves what it leaves in memory', async () => {
      const sort = fc.constantFrom('a', 'b', 'c');
      const one = fc.record({
        sort,
        expected: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
        body: fc.nat(),
      });
      const commit = fc.uniqueArray(one, { minLength: 1, maxLength: 3, selector: (p) => p.sort });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(commit, { maxLength: 12 }), async (commits) => {
          const partition = `run ${run++}`;
          const memory = createMemoryStore();
          for (const puts of commits) {
            const placed = puts.map((p) => ({ ...p, partition }));
            expect(await store.commit(placed)).toBe(await memory.commit(placed));
          }
          expect(await store.list(partition)).toEqual(await memory.list(partition));
        }),
        { numRuns: runs, seed: 6 },
      );
    });
  });
}
