import { FEATURES } from '../../detection/model';
import { Distributions } from '../../training/distributions';
import type { DistributionLog } from '../../training/ports';

const HOUR_MS = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 23);

/** Counts of vectors that all have this novelty and score. */
export function counted(vectors: number, { novelty = 1, score = 0.1, model = 'm' } = {}): Distributions {
  const made = new Distributions(model);
  const features = FEATURES.map((name) => (name === 'novelty' ? novelty : 0));
  for (let i = 0; i < vectors; i++)
    made.add({ metric: 'a', features, standing: 'current', learnt: 100, learningNeeds: 40 }, score);
  return made;
}

/** What every distribution log must do. */
export function describeDistributionLog(name: string, make: () => Promise<DistributionLog>): void {
  describe(`${name} as a log of distributions`, () => {
    let log: DistributionLog;
    beforeEach(async () => {
      log = await make();
    });
    const vectors = async (from: number, until: number) => (await log.sumSince(['m'], from, until)).vectors;

    it('sums to nothing at first', async () => {
      expect(await vectors(MIDNIGHT - 24 * HOUR_MS, MIDNIGHT)).toBe(0);
      expect((await log.sumSince(['m'], MIDNIGHT, MIDNIGHT)).model).toBe('m');
    });

    it('sums parts of all processes and days to what was counted', async () => {
      const all = new Distributions('m');
      for (let part = 0; part < 10; part++) {
        const some = counted(part + 1, { novelty: part / 4, score: part / 10 });
        await log.add({ process: `p-${part % 3}`, from: MIDNIGHT + (part - 5) * HOUR_MS }, [some]);
        all.merge(some);
      }
      const sum = await log.sumSince(['m'], MIDNIGHT - 24 * HOUR_MS, MIDNIGHT + 24 * HOUR_MS);
      expect(sum.toJSON()).toEqual(all.toJSON());
    });

    it('takes parts by when they begin: the first moment counts, the last does not', async () => {
      for (const at of [-2, -1, 0, 1]) await log.add({ process: 'p', from: MIDNIGHT + at }, [counted(10 ** (at + 2))]);
      expect(await vectors(MIDNIGHT - 1, MIDNIGHT + 1)).toBe(110);
      expect(await vectors(MIDNIGHT, MIDNIGHT + HOUR_MS)).toBe(1_100);
    });

    it('has the same part once, as it came last', async () => {
      await log.add({ process: 'p', from: MIDNIGHT }, [counted(5)]);
      await log.add({ process: 'p', from: MIDNIGHT }, [counted(7)]);
      await log.add({ process: 'q', from: MIDNIGHT }, [counted(1)]);
      expect(await vectors(MIDNIGHT, MIDNIGHT + 1)).toBe(8);
    });

    it('sums features whatever model was live, and scores of the one asked for', async () => {
      await log.add({ process: 'p', from: MIDNIGHT }, [
        counted(5, { model: 'm' }),
        counted(3, { model: 'built-in-1' }),
      ]);
      const sum = await log.sumSince(['m'], MIDNIGHT, MIDNIGHT + 1);
      expect(sum.vectors).toBe(8);
      expect(sum.scoreCounts().reduce((total, count) => total + count, 0)).toBe(5);
    });

    it('sums scores of the one of several models that gave most', async () => {
      await log.add({ process: 'p', from: MIDNIGHT }, [
        counted(5, { model: 'm' }),
        counted(6, { model: 'weighted-1', score: 0.6 }),
        counted(9, { model: 'built-in-1' }),
      ]);
      const sum = await log.sumSince(['m', 'weighted-1', 'weighted-2'], MIDNIGHT, MIDNIGHT + 1);
      expect([sum.model, sum.vectors]).toEqual(['weighted-1', 20]);
      expect(sum.scoreCounts().reduce((total, count) => total + count, 0)).toBe(6);
      expect((await log.sumSince(['n', 'o'], MIDNIGHT, MIDNIGHT + 1)).model).toBe('n');
    });

    it('keeps parts that come at the same time', async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => log.add({ process: `p-${i}`, from: MIDNIGHT + (i % 2) }, [counted(1)])),
      );
      expect(await vectors(MIDNIGHT, MIDNIGHT + 2)).toBe(20);
    });

    it.each(['', '../p', 'a/b', 'x'.repeat(41)])('takes no part of a process named %j', async (process) => {
      await expect(log.add({ process, from: MIDNIGHT }, [counted(1)])).rejects.toThrow();
    });

    it('is asked about a month at most', async () => {
      await expect(log.sumSince(['m'], MIDNIGHT - 40 * 24 * HOUR_MS, MIDNIGHT)).rejects.toThrow(
        /days of distributions/,
      );
    });
  });
}
