import type { ShadowCounts, ShadowTally } from '../../training/ports';
import { zeroShadow } from '../../training/shadow';

export interface ShadowTallyUnderTest {
  readonly tally: ShadowTally;
  /** As detection tells it, at a time; seen by `tally` when it resolves. */
  tell(run: string, at: number, counts: Readonly<ShadowCounts>): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** What every tally of shadows must do. One run is tried at a time. @param now a moment that counts may be told of */
export function describeShadowTally(name: string, now: number, make: () => Promise<ShadowTallyUnderTest>): void {
  const begin = Math.floor(now / HOUR_MS) * HOUR_MS - 10 * HOUR_MS;
  const counts = { vectors: 1_000, both: 3, onlyChampion: 2, onlyChallenger: 5, failed: 1 };

  describe(`${name} as a tally of shadows`, () => {
    it('is 0 of a run that nothing was told of', async () => {
      const { tally } = await make();
      expect(await tally.tally('run-1', begin, begin + HOUR_MS)).toEqual(zeroShadow());
    });

    it('is the sum of all that was told', async () => {
      const { tally, tell } = await make();
      for (let hour = 1; hour <= 4; hour++) await tell('run-1', begin + hour * HOUR_MS, counts);
      const sum = { vectors: 4_000, both: 12, onlyChampion: 8, onlyChallenger: 20, failed: 4 };
      expect(await tally.tally('run-1', begin, begin + 5 * HOUR_MS)).toEqual(sum);
    });

    it('counts nothing of the runs before and after', async () => {
      const { tally, tell } = await make();
      await tell('run-1', begin + HOUR_MS, counts);
      await tell('run-2', begin + 3 * HOUR_MS, { ...counts, both: 4 });
      await tell('run-3', begin + 5 * HOUR_MS, counts);
      const ofRun2 = await tally.tally('run-2', begin + 2 * HOUR_MS, begin + 4 * HOUR_MS);
      expect(ofRun2).toEqual({ ...counts, both: 4 });
    });
  });
}
