import type { Quarantine } from '../../detection/ports';
import type { QuarantineArchive, Window } from '../quarantine-archive';
import { object } from './quarantine.contract';

export interface ArchiveUnderTest {
  /** That whose objects the archive reads. */
  readonly quarantine: Quarantine;
  readonly archive: QuarantineArchive;
}

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 22, 12);

/** What every archive of a quarantine must do. */
export function describeQuarantineArchive(
  name: string,
  make: () => Promise<ArchiveUnderTest> | ArchiveUnderTest,
): void {
  describe(`${name} as an archive of what is in quarantine`, () => {
    let under: ArchiveUnderTest;
    beforeEach(async () => {
      under = await make();
      await under.quarantine.put(
        [0, 1, 2, 3].map((day) => object(`day ${day}`, { arrival: NOON + day * DAY_MS, sequence: `${day}` })),
      );
    });
    const read = async (window?: Window) => {
      const kept: [string, number | undefined][] = [];
      for await (const { object: one, redrivenAt } of under.archive.read(window)) kept.push([one.id, redrivenAt]);
      return kept;
    };

    it.each<[says: string, window: Window, ids: number[]]>([
      ['all', {}, [0, 1, 2, 3]],
      ['what came since', { since: NOON + DAY_MS }, [1, 2, 3]],
      ['what came since, to the millisecond', { since: NOON + DAY_MS + 1 }, [2, 3]],
      ['what came before', { until: NOON + DAY_MS }, [0]],
      ['what came between', { since: NOON + DAY_MS, until: NOON + 2 * DAY_MS }, [1]],
    ])('gives %s', async (_, window, days) => {
      expect(await read(window)).toEqual(days.map((day) => [`day ${day}`, undefined]));
    });

    it('remembers what was put on the stream again, and when', async () => {
      const marked = [object('day 1', { arrival: NOON + DAY_MS }), object('day 3', { arrival: NOON + 3 * DAY_MS })];
      await under.archive.markRedriven(marked, 7);
      await under.archive.markRedriven(marked, 7);
      expect(await read()).toEqual([
        ['day 0', undefined],
        ['day 1', 7],
        ['day 2', undefined],
        ['day 3', 7],
      ]);
    });

    it('gives objects of one record one after the other', async () => {
      const arrival = NOON + 5 * DAY_MS;
      const records = ['a', 'b', 'c'].flatMap((sequence) =>
        [0, 1, 2].map((index) => object(`${sequence}${index}`, { sequence, index, arrival })),
      );
      await under.quarantine.put(records);
      expect((await read({ since: arrival })).map(([id]) => id)).toEqual(records.map(({ id }) => id));
    });
  });
}
