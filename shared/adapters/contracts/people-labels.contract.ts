import { openAlertActions } from '../../alerting/alert-actions';
import { AlertingWorld, anomaly, HOUR, MINUTE, RULES, START } from '../../alerting/alerting.factory';
import { AlertingDocumentSchema } from '../../alerting/document/schema';
import { INDEX, type StoredVerdict, verdictKey } from '../../alerting/records';
import { applyRules } from '../../alerting/rules-store';
import { addSilence, expireSilence } from '../../alerting/silences';
import { alertIdOf } from '../../alerting/state/alert';
import { type AlertStore, COMMIT_PUTS_MAX } from '../../alerting/store-port';
import { type Label, LabelsSchema } from '../../training/labels';
import { labelsFromPeople, type PeopleLabelsOptions } from '../labels/people-labels';

const anna = { by: 'anna', via: 'slack' } as const;
const bob = { by: 'bob', via: 'email' } as const;
const FROM = START - 24 * HOUR;
const TO = START + 48 * HOUR;
const LEAD = 15 * MINUTE;

/** What labels of people are, over any alert store. @param open an empty one, each time */
export function describePeopleLabels(name: string, open: () => Promise<AlertStore>): void {
  describe(name, () => {
    let world: AlertingWorld;
    let actions: ReturnType<typeof openAlertActions>;
    beforeEach(async () => {
      world = new AlertingWorld({}, await open());
      actions = openAlertActions(world.services);
    });
    afterEach(() => world.store.close());

    /** An alert on a source's temperature that lasts an hour, or has not ended. */
    const alertOn = async (source: string, over: Partial<Parameters<typeof anomaly>[0]> = {}, lasts = true) => {
      await world.events(anomaly({ source, ...over }));
      const end = { source, ...over, transition: 2, phase: 'closed', timestamp: START + HOUR } as const;
      if (lasts) await world.events(anomaly(end));
      return alertIdOf(`episode of ${source}`);
    };
    const read = (options: Partial<PeopleLabelsOptions> = {}) =>
      labelsFromPeople(world.store, { from: FROM, to: TO, ...options });
    const label = (source: string, verdict: Label['verdict'], over: Partial<Label> = {}): Label => ({
      source,
      metric: 'temperature',
      from: verdict === 'real' ? START - LEAD : START,
      to: START + HOUR,
      verdict,
      origin: 'people',
      ...over,
    });

    test('an alert that somebody judged is a window from its first event to its end', async () => {
      await actions.verdict(await alertOn('a'), 'real', anna);
      await actions.verdict(await alertOn('b'), 'false-alarm', bob, 'it was the cleaning');
      await alertOn('c');
      const { labels, counts, notCovered } = await read();
      expect(labels).toEqual([label('a', 'real'), label('b', 'false-alarm')]);
      expect(LabelsSchema.parse(labels)).toEqual(labels);
      expect(counts).toEqual({ real: 1, falseAlarms: 1, disputed: 0, muted: 0 });
      expect(notCovered).toEqual([]);
    });

    test('the last verdict of a person holds, and people who agree agree', async () => {
      const id = await alertOn('a');
      await actions.verdict(id, 'real', anna);
      await world.at(2 * HOUR);
      await actions.verdict(id, 'false-alarm', anna);
      await world.at(3 * HOUR);
      await actions.verdict(id, 'false-alarm', bob);
      expect((await read()).labels).toEqual([label('a', 'false-alarm')]);
    });

    test('an alert on which two people differ teaches nothing and counts for nothing', async () => {
      const id = await alertOn('a');
      await actions.verdict(id, 'real', anna);
      await actions.verdict(id, 'false-alarm', bob);
      const { labels, counts } = await read();
      expect(labels).toEqual([label('a', 'exclude', { from: START - LEAD })]);
      expect(counts).toMatchObject({ real: 0, falseAlarms: 0, disputed: 1 });
      await world.at(MINUTE);
      await actions.verdict(id, 'real', bob);
      expect((await read()).labels).toEqual([label('a', 'real')]);
    });

    test('one that had not ended when it was judged lasts until its end, or until then', async () => {
      const id = await alertOn('a', {}, false);
      await world.at(2 * HOUR);
      await actions.verdict(id, 'real', anna);
      expect((await read()).labels).toEqual([label('a', 'real', { to: START + 2 * HOUR })]);
      const end = { source: 'a', transition: 2, phase: 'closed', timestamp: START + 5 * HOUR } as const;
      await world.events(anomaly(end));
      expect((await read()).labels).toEqual([label('a', 'real', { to: START + 5 * HOUR })]);
    });

    test('one about a source as a whole is about any of its metrics; one about silence gives nothing and is told', async () => {
      const { metric: _, ...whole } = label('a', 'real');
      await world.events({ ...anomaly({ source: 'a', kind: 'relation' }), metric: undefined });
      await actions.verdict(alertIdOf('episode of a'), 'real', anna);
      await actions.verdict(await alertOn('b', { kind: 'silence' }), 'real', anna);
      const { labels, notCovered } = await read();
      expect(labels).toEqual([{ ...whole, to: START }]);
      expect(notCovered).toEqual([expect.stringMatching(/^1 judged alerts were about sources that fell silent/)]);
    });

    test('what lies outside of the data gives nothing', async () => {
      await actions.verdict(await alertOn('a'), 'real', anna);
      expect((await read({ from: START + 2 * HOUR })).labels).toEqual([]);
      expect((await read({ to: START - HOUR })).labels).toEqual([]);
    });

    test('verdicts outlive their alerts, and many of one moment are all read', async () => {
      const sources = Array.from({ length: 1_100 }, (_, i) => `s${String(i).padStart(4, '0')}`);
      const puts = sources.map((source, i) => {
        const at = START + Math.floor(i / 700) * HOUR;
        const alertId = alertIdOf(source);
        const body: StoredVerdict = {
          ...anna,
          verdict: 'real',
          at,
          alertId,
          episodeId: source,
          source,
          metric: 'temperature',
          kind: 'value',
          since: START,
          closedAt: START + HOUR,
        };
        return {
          ...verdictKey(alertId, at, anna.by),
          expected: undefined,
          body,
          index: { name: INDEX.verdicts, at },
        };
      });
      for (let at = 0; at < puts.length; at += COMMIT_PUTS_MAX)
        await world.store.commit(puts.slice(at, at + COMMIT_PUTS_MAX));
      expect((await read()).labels).toEqual(sources.map((source) => label(source, 'real')));
    });

    test('silences that name sources exclude them, as long as they lasted', async () => {
      const silence = { startsAt: START, endsAt: START + 4 * HOUR, by: 'anna', reason: 'works' };
      const add = (id: string, match: object) => addSilence(world.store, id, { ...silence, match }, START);
      await add('one', { source: 'pump-*' });
      await add('two', { source: ['fan-1', { equals: 'fan-*' }], metric: 'speed' });
      await expireSilence(world.store, 'two', START + HOUR);
      await add('three', { source: 'pump-*', severity: 'low' });
      await add('four', { source: '!pump-1' });
      await add('five', { alert: 'x' });
      const { labels, counts, notCovered } = await read();
      const exclusion = { from: START, to: START + HOUR - 1, verdict: 'exclude', origin: 'people' };
      expect(labels).toEqual([
        { ...exclusion, source: 'fan-*', metric: 'speed' },
        { ...exclusion, source: 'fan-1', metric: 'speed' },
        { ...exclusion, source: 'pump-*', isPattern: true, to: START + 4 * HOUR - 1 },
      ]);
      expect(LabelsSchema.parse(labels)).toEqual(labels);
      expect(counts.muted).toBe(3);
      expect([...notCovered].sort()).toEqual([
        expect.stringMatching(/^silence four \(source !pump-1\) does not name sources alone/),
        expect.stringMatching(/^silence three \(source pump-\*, severity low\)/),
      ]);
    });

    test('maintenance windows exclude sources while the rules that have them are in force', async () => {
      const rules = (from: string, to: string) =>
        JSON.stringify({
          ...RULES,
          maintenance: [
            {
              name: 'nightly',
              match: { source: 'pump-1' },
              windows: [{ days: 'daily', from, to }],
              by: 'a',
              reason: 'r',
            },
          ],
        });
      const day = START - 12 * HOUR;
      await applyRules(world.store, rules('02:00', '03:00'), 'anna', day);
      await applyRules(world.store, rules('04:00', '04:30'), 'anna', day + 24 * HOUR);
      const { labels } = await read({ from: day - 24 * HOUR, to: day + 48 * HOUR });
      const spans = labels.map(({ source, from, to }) => [source, from - day, to - day]);
      expect(spans).toEqual([
        ['pump-1', 2 * HOUR, 3 * HOUR - 1],
        ['pump-1', 28 * HOUR, 28.5 * HOUR - 1],
      ]);
    });

    test('rules that were never applied may come from elsewhere', async () => {
      const weekly = {
        name: 'w',
        match: { source: 'a' },
        windows: [{ days: 'daily', from: '00:00', to: '24:00' }],
        by: 'a',
        reason: 'r',
      };
      const fallbackRules = AlertingDocumentSchema.parse({ ...RULES, maintenance: [weekly] });
      expect((await read({ fallbackRules })).labels).toEqual([
        { source: 'a', from: FROM, to: TO, verdict: 'exclude', origin: 'people' },
      ]);
    });
  });
}
