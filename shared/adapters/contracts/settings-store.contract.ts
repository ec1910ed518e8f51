import { SettingsConflict, type SettingsStore } from '../../detection/settings-store';
import type { SettingsDocument } from '../../domain/settings';
import { SettingsError } from '../../domain/settings-document';

/** A place for settings, and hands that reach past the store. */
export interface SettingsWorld {
  /** A handle on the same settings; the first finds none. */
  open(): SettingsStore;
  /** Puts a text where the document lies, as somebody with an editor does. */
  edit(text: string): Promise<void>;
}

const ANNA = { by: 'anna', why: 'pumps hiccup' };
const threshold = (value: number): SettingsDocument => ({ version: 1, defaults: { threshold: value } });

/** What every store of settings promises. */
export function describeSettingsStore(name: string, make: () => Promise<SettingsWorld>): void {
  describe(`settings in ${name}`, () => {
    let world: SettingsWorld;
    let store: SettingsStore;
    beforeEach(async () => {
      world = await make();
      store = world.open();
    });
    afterEach(() => store.close());

    it('are version 1, which names nothing, where there is no document', async () => {
      expect(await store.read()).toMatchObject({ version: 1, document: { version: 1 }, settings: { version: 1 } });
      expect((await store.versions(10)).map(({ version }) => version)).toEqual([1]);
      expect(await store.version(2)).toBeUndefined();
    });

    it('are what was written last, with who wrote it and why, for other handles as well', async () => {
      const written = await store.write(threshold(0.6), 1, ANNA);
      expect(written).toMatchObject({ version: 2, settings: { version: 2, defaults: { threshold: 0.6 } } });
      const other = world.open();
      expect(await other.read()).toEqual(written);
      await other.write(threshold(0.7), 2, { by: 'bob', why: '', what: 'thresholds' });
      await other.close();
      expect(await store.read()).toMatchObject({ version: 3, change: { by: 'bob', what: 'thresholds' } });
      expect(await store.version(2)).toEqual(written);
      const listed = await store.versions(2);
      expect(listed.map(({ version, change }) => [version, change?.by])).toEqual([
        [3, 'bob'],
        [2, 'anna'],
      ]);
    });

    it('are kept as they were written: what is not named stays unnamed', async () => {
      const document: SettingsDocument = {
        version: 9,
        overrides: [
          {
            sources: 'pump-*',
            settings: { falseAlarmsPerWeek: 2 },
            by: 'anna',
            why: 'ä',
            expiresAt: '2027-01-01T00:00:00Z',
          },
        ],
      };
      const { document: written } = await store.write(document, 1, ANNA);
      const { version: _, change: __, ...named } = written;
      expect(named).toEqual({ overrides: document.overrides });
      expect((await store.read()).document).toEqual(written);
    });

    it('are not changed by who made his document of an earlier version', async () => {
      await store.write(threshold(0.6), 1, ANNA);
      const late = store.write(threshold(0.7), 1, { by: 'bob', why: '' });
      await expect(late).rejects.toThrow(SettingsConflict);
      await expect(late).rejects.toThrow(/version 2 is in force, by anna: pumps hiccup/);
      expect(await store.read()).toMatchObject({ version: 2, settings: { defaults: { threshold: 0.6 } } });
    });

    it('take one of many writers at the same moment', async () => {
      const handles = Array.from({ length: 6 }, () => world.open());
      const outcomes = await Promise.allSettled(handles.map((one, i) => one.write(threshold(0.5 + i / 20), 1, ANNA)));
      const won = outcomes.flatMap((one, i) => (one.status === 'fulfilled' ? [0.5 + i / 20] : []));
      expect(won).toHaveLength(1);
      for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(SettingsConflict);
      expect(await store.read()).toMatchObject({ version: 2, settings: { defaults: { threshold: won[0] } } });
      for (const one of handles) await one.close();
    });

    it('that somebody edited by hand are kept as well, under a number of their own', async () => {
      await store.write(threshold(0.6), 1, ANNA);
      await world.edit(JSON.stringify({ version: 2, defaults: { threshold: 0.65 } }));
      expect(await store.read()).toMatchObject({ version: 2, settings: { defaults: { threshold: 0.65 } } });
      expect(await store.write(threshold(0.7), 2, ANNA)).toMatchObject({ version: 4, change: { follows: 3 } });
      const listed = await store.versions(10);
      expect(listed.map(({ version, settings }) => [version, settings.defaults.threshold])).toEqual([
        [4, 0.7],
        [3, 0.65],
        [2, 0.6],
        [1, 0.5],
      ]);
    });

    it('written by hand at first are kept when they are followed', async () => {
      await world.edit(JSON.stringify({ version: 7, defaults: { threshold: 0.65 } }));
      expect(await store.write(threshold(0.7), 7, ANNA)).toMatchObject({ version: 8 });
      expect(await store.version(7)).toMatchObject({ settings: { defaults: { threshold: 0.65 } } });
    });

    it('never get the number of an older version, also when an old document was put back by hand', async () => {
      await store.write(threshold(0.6), 1, ANNA);
      await store.write(threshold(0.7), 2, ANNA);
      await world.edit(JSON.stringify((await store.version(2))!.document));
      expect(await store.write(threshold(0.8), 2, ANNA)).toMatchObject({ version: 4, change: { follows: 2 } });
      expect(await store.version(3)).toMatchObject({ settings: { defaults: { threshold: 0.7 } } });
    });

    it.each(['{', '{"version": 0}', '{"version": 2, "defaults": {"threshold": 7}}'])(
      'that make no sense are refused with what is wrong: %s',
      async (text) => {
        await world.edit(text);
        await expect(store.read()).rejects.toThrow(SettingsError);
      },
    );
  });
}
