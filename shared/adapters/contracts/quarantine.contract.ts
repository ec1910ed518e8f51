import type { Quarantine } from '../../detection/ports';
import { type QuarantineObject, SAMPLE_QUARANTINE_OBJECT } from '../../domain/rows';

export interface QuarantineUnderTest {
  readonly quarantine: Quarantine;
  /** Everything kept, in any order. */
  read(): Promise<readonly QuarantineObject[]>;
}

/** What every quarantine must do. */
export function describeQuarantine(name: string, make: () => Promise<QuarantineUnderTest> | QuarantineUnderTest): void {
  describe(`${name} as a quarantine`, () => {
    let under: QuarantineUnderTest;
    beforeEach(async () => {
      under = await make();
    });

    it('is empty at first and takes nothing', async () => {
      await under.quarantine.put([]);
      expect(await under.read()).toEqual([]);
    });

    it('gives objects back as they were put', async () => {
      const { field: _, ...whole } = object('whole', { message: 'line 1\nline 2 "quoted" \u2028 水 🌊' });
      const objects = [
        whole,
        object('b', { body: 'A'.repeat(1_400_000), truncated: true }),
        object('../../etc/passwd', {}),
      ];
      await under.quarantine.put(objects);
      expect(sorted(await under.read())).toEqual(sorted(objects));
    });

    it('keeps an id once, within a call, across calls and at the same time', async () => {
      const objects = Array.from({ length: 100 }, (_, i) => object(`${i % 40}`, {}));
      await Promise.all([under.quarantine.put(objects), under.quarantine.put(objects.slice(0, 10))]);
      await under.quarantine.put(objects);
      expect(await under.read()).toHaveLength(40);
    });

    it('takes any arrival', async () => {
      const arrivals = [0, -1, 253_402_300_799_999, -62_167_219_200_000, 8.64e15, 1e300, 0.5];
      await under.quarantine.put(arrivals.map((arrival) => object(`${arrival}`, { arrival })));
      expect((await under.read()).map(({ arrival }) => arrival).sort()).toEqual(arrivals.sort());
    });
  });
}

export function object(id: string, fields: Partial<QuarantineObject>): QuarantineObject {
  return { ...SAMPLE_QUARANTINE_OBJECT, id, ...fields };
}

function sorted(objects: readonly QuarantineObject[]): QuarantineObject[] {
  return [...objects].sort((a, b) => (a.id < b.id ? -1 : 1));
}
