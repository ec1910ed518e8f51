import type { Filing, ShardProgress, SilenceIndex } from '../../detection/silence/ports';

/** How a suite gets indices: `make` twice within one `scope` must reach the same entries. */
export interface SilenceIndexFactory {
  make(scope: string): Promise<SilenceIndex> | SilenceIndex;
}

const HOSTILE_NAMES = [
  '{}',
  '{a}',
  '__proto__',
  '*',
  "'; FLUSHALL --",
  'zwei wörter',
  '水温',
  '🌊',
  '界'.repeat(256),
  '0',
];

/** What every index of deadlines must do. */
export function describeSilenceIndex(name: string, factory: SilenceIndexFactory): void {
  describe(`${name} as a silence index`, () => {
    let index: SilenceIndex;
    let current: string;
    let scope = 0;
    beforeEach(async () => {
      current = `silence-${process.pid}-${Date.now()}-${scope++}`;
      index = await factory.make(current);
    });
    afterEach(() => index.close());

    const due = async (until: number, limit = 1_000) => (await index.due(until, limit)).filings;
    const file = (...filings: [source: string, deadline: number][]) =>
      index.file(filings.map(([source, deadline]) => ({ source, deadline })));

    it('is empty at first and takes nothing', async () => {
      await index.file([]);
      await index.refile([]);
      await index.advanceShards([]);
      expect(await index.due(Number.MAX_SAFE_INTEGER, 10)).toEqual({ filings: [], dueCount: 0, filedCount: 0 });
      expect(await index.shards()).toEqual([]);
    });

    it('gives what is due up to the moment asked for, earliest first, and counts all', async () => {
      await file(['c', 3_000], ['a', 1_000], ['d', 4_000], ['b', 2_000]);
      expect(await index.due(3_000, 10)).toEqual({
        filings: [
          { source: 'a', deadline: 1_000 },
          { source: 'b', deadline: 2_000 },
          { source: 'c', deadline: 3_000 },
        ],
        dueCount: 3,
        filedCount: 4,
      });
    });

    it('files a source once: anew replaces, earlier or later', async () => {
      await file(['a', 5_000]);
      await file(['a', 9_000], ['b', 1_000]);
      expect(await due(8_000)).toEqual([{ source: 'b', deadline: 1_000 }]);
      await file(['a', 2_000], ['a', 2_000]);
      expect(await index.due(8_000, 10)).toMatchObject({ dueCount: 2, filedCount: 2 });
    });

    it.each<[string, number, number | undefined, Filing[]]>([
      ['moves a source that is still filed so', 1_000, 7_000, [{ source: 'a', deadline: 7_000 }]],
      ['takes it out without a next deadline', 1_000, undefined, []],
      ['leaves one alone that was filed anew meanwhile', 999, 7_000, [{ source: 'a', deadline: 1_000 }]],
      ['does not take that one out', 1_001, undefined, [{ source: 'a', deadline: 1_000 }]],
    ])('%s', async (_, deadline, next, remaining) => {
      await file(['a', 1_000]);
      await index.refile([
        { source: 'a', deadline, ...(next === undefined ? {} : { next }) },
        { source: 'nobody', deadline, ...(next === undefined ? {} : { next }) },
      ]);
      expect(await due(10_000)).toEqual(remaining);
    });

    it('bounds what it gives and still counts all', async () => {
      await index.file(Array.from({ length: 5_000 }, (_, i) => ({ source: `pump-${i}`, deadline: 1_000 + i })));
      const { filings, dueCount, filedCount } = await index.due(100_000, 64);
      expect(filings.length).toBeGreaterThan(16);
      expect(filings.length).toBeLessThanOrEqual(64);
      expect([dueCount, filedCount]).toEqual([5_000, 5_000]);
    });

    it('comes to an end when what is given is taken out', async () => {
      await index.file(Array.from({ length: 1_000 }, (_, i) => ({ source: `pump-${i}`, deadline: i })));
      const seen = new Set<string>();
      for (let round = 0; round < 200 && seen.size < 1_000; round++) {
        const { filings } = await index.due(1_000, 50);
        for (const { source } of filings) seen.add(source);
        await index.refile(filings);
      }
      expect([seen.size, (await index.due(1_000, 1)).dueCount]).toEqual([1_000, 0]);
    });

    it('tells odd names apart', async () => {
      await index.file(HOSTILE_NAMES.map((source, i) => ({ source, deadline: i })));
      expect(await due(100)).toEqual(HOSTILE_NAMES.map((source, deadline) => ({ source, deadline })));
      await index.refile(HOSTILE_NAMES.map((source, deadline) => ({ source, deadline })));
      expect((await index.due(100, 1)).filedCount).toBe(0);
    });

    it('takes real times', async () => {
      const deadline = Date.UTC(2026, 10, 22, 13, 0, 0, 123);
      await file(['a', deadline]);
      expect(await due(deadline - 1)).toEqual([]);
      expect(await due(deadline)).toEqual([{ source: 'a', deadline }]);
    });

    it('knows how far each shard was taken, and never goes back', async () => {
      const at = (shard: string, sequence: string, arrival: number) => ({
        stream: 'arn:x/y',
        shard,
        sequence,
        arrival,
      });
      const long = '49590338271490256608559692538361571095921575989136588898';
      await index.advanceShards([at('s0', '9', 1), at('s1', long, 5)]);
      await index.advanceShards([at('s0', '10', 2)]);
      await index.advanceShards([at('s0', '0009', 99), at('s1', long.replace(/8$/, '7'), 99)]);
      const shards = [...(await index.shards())].sort((a, b) => (a.shard < b.shard ? -1 : 1));
      expect(shards).toEqual([at('s0', '10', 2), at('s1', long, 5)]);
    });

    it('gives a sequence number back as the stream gave it, to be asked for what comes behind', async () => {
      const at = (sequence: string): ShardProgress => ({ stream: 'arn:x/y', shard: 's0', sequence, arrival: 1 });
      for (const sequence of ['0000', '0009', '00010', '000010', '9']) await index.advanceShards([at(sequence)]);
      expect(await index.shards()).toEqual([at('00010')]);
    });

    it('is shared by all who open it, while they work and later', async () => {
      const other = await factory.make(current);
      await Promise.all([file(['a', 1]), other.file([{ source: 'b', deadline: 2 }])]);
      await other.close();
      expect(await due(5)).toHaveLength(2);
      await index.close();
      index = await factory.make(current);
      expect(await due(5)).toHaveLength(2);
    });

    it('closes twice without complaint and refuses work after', async () => {
      await index.close();
      await index.close();
      await expect(index.due(1, 1)).rejects.toThrow(/closed/);
      await expect(file(['a', 1])).rejects.toThrow(/closed/);
    });
  });
}
