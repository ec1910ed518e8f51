import { randomBytes } from 'node:crypto';
import { CHECKPOINT_FIELD, type StateCache, type StateCommit, type StateFields } from '../../detection/ports';

/** How a suite gets caches: `make` twice within one `scope` must reach the same states. */
export interface StateCacheFactory {
  make(scope: string): Promise<StateCache> | StateCache;
}

const HOSTILE_NAMES = [
  '{}',
  '{a}b{c}',
  '}{',
  '__proto__',
  'constructor',
  'a:b:c',
  'a/b',
  '*',
  '?[x]',
  "'; FLUSHALL --",
  'zwei wörter',
  '水温-１',
  '🌊',
  'é',
  'e\u0301',
  'x'.repeat(256),
  '界'.repeat(256),
  '0',
  'A',
  'a',
];

/** What every cache of source states must do. */
export function describeStateCache(name: string, factory: StateCacheFactory): void {
  describe(`${name} as a state cache`, () => {
    let cache: StateCache;
    let scope = 0;
    const nextScope = () => `contract-${process.pid}-${Date.now()}-${scope++}`;
    let current: string;

    beforeEach(async () => {
      current = nextScope();
      cache = await factory.make(current);
    });
    afterEach(() => cache.close());

    it('knows nothing of a source that was never committed', async () => {
      expect(await cache.load(['nobody'])).toEqual([undefined]);
    });

    it('takes empty requests', async () => {
      expect(await cache.load([])).toEqual([]);
      expect(await cache.commit([])).toEqual([]);
    });

    it('gives states in the order asked, with gaps and repetitions', async () => {
      await cache.commit([first('a', '1'), first('b', '2')]);
      const loaded = await cache.load(['b', 'nobody', 'a', 'b']);
      expect(loaded.map((fields) => text(fields?.get(CHECKPOINT_FIELD)))).toEqual(['2', undefined, '1', '2']);
    });

    it.each<[string, string | undefined, string | undefined, boolean]>([
      ['writes an unknown source that is expected to be unknown', undefined, undefined, true],
      ['refuses an unknown source that is expected to be known', undefined, '1', false],
      ['refuses a known source that is expected to be unknown', '1', undefined, false],
      ['writes when the checkpoint is the expected one', '1', '1', true],
      ['refuses when the checkpoint is another', '2', '1', false],
      ['refuses when the expected one is only a beginning', '12', '1', false],
      ['refuses when the expected one is longer', '1', '12', false],
      ['tells an empty checkpoint from none', '', undefined, false],
      ['tells no checkpoint from an empty one', undefined, '', false],
      ['compares empty checkpoints', '', '', true],
    ])('%s', async (_, stored, expected, outcome) => {
      if (stored !== undefined) await cache.commit([first('s', stored)]);
      const fields = state('new', { metric: 'new' });
      expect(await cache.commit([{ source: 's', expected: bytes(expected), fields }])).toEqual([outcome]);
      const loaded = (await cache.load(['s']))[0];
      expect(text(loaded?.get(CHECKPOINT_FIELD))).toBe(outcome ? 'new' : stored);
      expect(text(loaded?.get('metric'))).toBe(outcome ? 'new' : undefined);
    });

    it('judges each source on its own', async () => {
      await cache.commit([first('b', '1')]);
      expect(await cache.commit([first('a', '1'), first('b', '2'), first('c', '1')])).toEqual([true, false, true]);
      const checkpoints = (await cache.load(['a', 'b', 'c'])).map((fields) => text(fields?.get(CHECKPOINT_FIELD)));
      expect(checkpoints).toEqual(['1', '1', '1']);
    });

    it('lets a later commit of the same call see an earlier one', async () => {
      const second = { source: 's', expected: bytes('1'), fields: state('2') };
      expect(await cache.commit([first('s', '1'), second, second])).toEqual([true, true, false]);
    });

    it('keeps fields that a commit does not name', async () => {
      await cache.commit([{ source: 's', expected: undefined, fields: state('1', { kept: 'k', changed: 'old' }) }]);
      await cache.commit([{ source: 's', expected: bytes('1'), fields: state('2', { changed: 'new', added: 'a' }) }]);
      const loaded = (await cache.load(['s']))[0];
      expect(asText(loaded)).toEqual({ [CHECKPOINT_FIELD]: '2', kept: 'k', changed: 'new', added: 'a' });
    });

    it('refuses a commit without a checkpoint as a defect, and writes nothing of the call', async () => {
      const bad = { source: 'b', expected: undefined, fields: new Map([['metric', bytes('x')!]]) };
      await expect(cache.commit([first('a', '1'), bad])).rejects.toThrow(/checkpoint/);
      expect(await cache.load(['a', 'b'])).toEqual([undefined, undefined]);
    });

    it('lets exactly one of many racing commits win, and keeps that one whole', async () => {
      const other = await factory.make(current);
      try {
        const racers = Array.from({ length: 20 }, (_, racer) => ({
          source: 's',
          expected: undefined,
          fields: state(`${racer}`, { x: `${racer}`, y: `${racer}` }),
        }));
        const outcomes = await Promise.all(racers.map((racer, i) => (i % 2 === 0 ? cache : other).commit([racer])));
        const winners = outcomes.flatMap(([won], racer) => (won ? [`${racer}`] : []));
        expect(winners).toHaveLength(1);
        const loaded = (await cache.load(['s']))[0];
        expect(asText(loaded)).toEqual({ [CHECKPOINT_FIELD]: winners[0], x: winners[0], y: winners[0] });
      } finally {
        await other.close();
      }
    });

    it('loses no increment when writers that reload race', async () => {
      const other = await factory.make(current);
      try {
        const increment = async (on: StateCache) => {
          for (;;) {
            const expected = (await on.load(['counter']))[0]?.get(CHECKPOINT_FIELD);
            const fields = state(String(Number(text(expected) ?? '0') + 1));
            if ((await on.commit([{ source: 'counter', expected, fields }]))[0]) return;
          }
        };
        await Promise.all(Array.from({ length: 12 }, (_, i) => increment(i % 2 === 0 ? cache : other)));
        expect(text((await cache.load(['counter']))[0]?.get(CHECKPOINT_FIELD))).toBe('12');
      } finally {
        await other.close();
      }
    });

    it('tells sources and fields with odd names apart', async () => {
      const commits = HOSTILE_NAMES.map((source, i) => ({
        source,
        expected: undefined,
        fields: state(`${i}`, Object.fromEntries(HOSTILE_NAMES.map((field, j) => [field, `${i}/${j}`]))),
      }));
      expect(await cache.commit(commits)).toEqual(commits.map(() => true));
      const loaded = await cache.load(HOSTILE_NAMES);
      loaded.forEach((fields, i) => {
        expect(fields?.size).toBe(HOSTILE_NAMES.length + 1);
        HOSTILE_NAMES.forEach((field, j) => {
          expect(text(fields?.get(field))).toBe(`${i}/${j}`);
        });
      });
    });

    it('keeps every byte as it is, in values and in checkpoints', async () => {
      const all = Uint8Array.from({ length: 512 }, (_, i) => i & 255);
      const fields = new Map([
        [CHECKPOINT_FIELD, all],
        ['empty', new Uint8Array(0)],
        ['view', all.subarray(13, 300)],
        ['large', randomBytes(200_000)],
      ]);
      await cache.commit([{ source: 's', expected: undefined, fields }]);
      const loaded = (await cache.load(['s']))[0]!;
      for (const [field, value] of fields) expect(Buffer.compare(loaded.get(field)!, value)).toBe(0);
      expect(await cache.commit([{ source: 's', expected: all, fields: state('next') }])).toEqual([true]);
    });

    it('gives bytes that are the caller’s own', async () => {
      await cache.commit([first('s', 'abc')]);
      const once = (await cache.load(['s']))[0]!.get(CHECKPOINT_FIELD)!;
      once.fill(0);
      await cache.commit(Array.from({ length: 50 }, (_, i) => first(`filler-${i}`, 'x'.repeat(500))));
      expect(text((await cache.load(['s']))[0]?.get(CHECKPOINT_FIELD))).toBe('abc');
      expect([...once]).toEqual([0, 0, 0]);
    });

    it('takes a thousand sources of three metrics at a time', async () => {
      const metric = randomBytes(4_096);
      const commitsFrom = (expected: string | undefined, next: string): StateCommit[] =>
        Array.from({ length: 1_000 }, (_, i) => ({
          source: `pump-${i}`,
          expected: bytes(expected),
          fields: new Map([[CHECKPOINT_FIELD, bytes(next)!], ...['a', 'b', 'c'].map((m) => [m, metric] as const)]),
        }));
      for (const [expected, next] of [[undefined, '1'] as const, ['1', '2'] as const]) {
        expect((await cache.commit(commitsFrom(expected, next))).every(Boolean)).toBe(true);
      }
      const loaded = await cache.load(Array.from({ length: 1_000 }, (_, i) => `pump-${i}`));
      expect(loaded.every((fields) => text(fields?.get(CHECKPOINT_FIELD)) === '2')).toBe(true);
      expect(loaded.every((fields) => Buffer.compare(fields!.get('c')!, metric) === 0)).toBe(true);
    });

    it('still has everything for whoever opens it later', async () => {
      await cache.commit([first('s', '1')]);
      await cache.close();
      cache = await factory.make(current);
      expect(text((await cache.load(['s']))[0]?.get(CHECKPOINT_FIELD))).toBe('1');
    });

    it('closes twice without complaint and refuses work after', async () => {
      await cache.close();
      await cache.close();
      await expect(cache.load(['s'])).rejects.toThrow(/closed/);
      await expect(cache.commit([first('s', '1')])).rejects.toThrow(/closed/);
    });
  });
}

/** A commit of a source that is expected to be unknown. */
export function first(source: string, checkpoint: string): StateCommit {
  return { source, expected: undefined, fields: state(checkpoint) };
}

function state(checkpoint: string, metrics: Readonly<Record<string, string>> = {}): StateFields {
  return new Map([
    [CHECKPOINT_FIELD, Buffer.from(checkpoint)],
    ...Object.keys(metrics).map((name) => [name, Buffer.from(metrics[name]!)] as const),
  ]);
}

function asText(fields: StateFields | undefined): Record<string, string> {
  return Object.fromEntries([...(fields ?? [])].map(([name, value]) => [name, Buffer.from(value).toString()]));
}

function bytes(value: string | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : Buffer.from(value);
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString();
}
