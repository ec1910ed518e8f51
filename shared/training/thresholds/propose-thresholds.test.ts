import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../domain/settings';
import { atThreshold, openEpisodeReplay, type PastEpisode } from './episode-replay';
import { DAY_MS, hiccupingPumps, historyOf, type Past, pastOf, START, verdictsOn } from './hiccups.factory';
import { type Findings, type ProposeOptions, proposeThresholds } from './propose-thresholds';
import { relationEpisodes } from './relation-episodes';
import { visitSeries } from './series-visits';

const DAYS = 28;
const RANGE = { from: START + 7 * DAY_MS, to: START + DAYS * DAY_MS };
const { points, truth } = hiccupingPumps(4, DAYS);
const past = pastOf(points, DEFAULT_SETTINGS);
const verdicts = verdictsOn(past, truth);

const at = (threshold: number): Settings => SettingsSchema.parse({ version: 1, defaults: { threshold } });
const propose = (over: Partial<ProposeOptions> = {}): Promise<Findings> =>
  proposeThresholds({
    ...{ history: historyOf(past), settings: DEFAULT_SETTINGS, verdicts, events: past.events, sources: [], ...RANGE },
    ...over,
  });

/** Of metrics, by the events of the engine itself. */
function episodesOf({ events }: Past): string[] {
  const closings = new Map(
    events.filter(({ phase }) => phase === 'closed').map((one) => [one.episodeId, one.timestamp]),
  );
  return events
    .filter(({ phase, metric }) => phase === 'opened' && metric !== undefined)
    .map(({ source, metric, timestamp, episodeId }) => `${source} ${metric} ${timestamp} ${closings.get(episodeId)}`)
    .sort();
}

describe('episodes at another threshold, from stored scores', () => {
  const { releaseLevel, releaseMs } = DEFAULT_SETTINGS.defaults;
  const replayed = async (threshold: number): Promise<PastEpisode[]> => {
    const episodes: PastEpisode[] = [];
    const replay = openEpisodeReplay(atThreshold(threshold), { releaseLevel, releaseMs }, (one) => episodes.push(one));
    await visitSeries(historyOf(past), { from: 0, to: Infinity }, () => replay);
    return episodes;
  };

  // Scores were stored by a run at 0.5: what held an alarm back then would have done so at any threshold.
  test.each([0.4, 0.5, 0.57, 0.61])('are those that the engine gives when it runs at %d', async (threshold) => {
    const engine = episodesOf(pastOf(points, at(threshold)));
    const last = START + DAYS * DAY_MS - 900_000;
    const found = (await replayed(threshold)).map(({ source, metric, opened, ended }) => {
      return `${source} ${metric} ${opened} ${ended === last ? undefined : ended}`;
    });
    expect(engine.length).toBeGreaterThan(0);
    expect(found.sort()).toEqual(engine);
  });

  test.each([0.54, 0.58])('of relations, from what was told, nearly are at a higher one: %d', (threshold) => {
    const { events } = pastOf(points, at(threshold));
    const engine = events.filter(({ phase, metric }) => phase === 'opened' && metric === undefined).length;
    const known = relationEpisodes(past.events).filter(({ strongest }) => strongest >= threshold).length;
    expect(engine).toBeGreaterThan(0);
    expect(Math.abs(known - engine)).toBeLessThanOrEqual(1);
  });
});

describe('a threshold for pumps that hiccup', () => {
  test('lets go most of what people called false and keeps every fault, on newer data as well', async () => {
    const { groups, models, rows } = await propose();
    expect(models).toEqual(['built-in-1']);
    expect(rows).toBe(past.rows.filter(({ timestamp }) => timestamp >= RANGE.from).length);
    expect(groups).toHaveLength(1);
    const { group, choice, before, after, check, precision } = groups[0]!;
    expect(group).toMatchObject({ pattern: 'pump-*', because: 'name' });
    expect(choice).toMatchObject({ outcome: 'change', threshold: expect.closeTo(0.6, 9) });
    expect(after!.faults).toBe(before.faults);
    expect(after!.falseAlarms).toBeLessThan(before.falseAlarms / 4);
    expect(after!.suspects).toBeLessThan(before.suspects / 4);
    expect(check!.threshold).toBeDefined();
    expect(check!.after.faults).toBe(check!.before.faults);
    expect(check!.after.falseAlarms).toBeLessThan(check!.before.falseAlarms / 2);
    expect(precision.real).toBeLessThan(precision.judged / 2);
  });

  test('is what comes when the engine runs with it', async () => {
    const [proposal] = (await propose()).groups;
    const live = pastOf(points, at(proposal!.choice.threshold!));
    const opened = live.events.filter(({ phase, timestamp }) => phase === 'opened' && timestamp >= RANGE.from);
    expect(Math.abs(opened.length / proposal!.seriesWeeks - proposal!.after!.alarms)).toBeLessThan(0.03);
    expect(
      verdictsOn(live, truth).filter(({ verdict, from }) => verdict === 'false-alarm' && from >= RANGE.from),
    ).toHaveLength(proposal!.after!.falseAlarms);
  });

  test('names what would go, and all of it lies below', async () => {
    const { changes, choice } = (await propose()).groups[0]!;
    expect(changes!.come).toEqual([]);
    expect(changes!.gone).toHaveLength(20);
    expect(changes!.goneCount).toBeGreaterThan(20);
    for (const { strongest, opened } of changes!.gone) {
      expect(strongest).toBeLessThan(choice.threshold!);
      expect(opened).toBeGreaterThanOrEqual(RANGE.from);
    }
    const times = changes!.gone.map(({ opened }) => opened);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test.each([
    [
      'nobody said anything',
      { verdicts: [] },
      { outcome: 'keep', why: ['nothing that it tells was called a false alarm'] },
    ],
    [
      'a few verdicts are too few',
      { verdicts: verdicts.filter(({ verdict }) => verdict === 'false-alarm').slice(-3) },
      { outcome: 'too-little', why: [expect.stringMatching(/^not enough verdicts: [1-3] of 6 /)] },
    ],
    [
      'what is real and what is false are alike',
      {
        verdicts: verdicts.map((one, i) => ({
          ...one,
          verdict: i % 2 === 0 ? ('real' as const) : ('false-alarm' as const),
        })),
      },
      { outcome: 'mixed' },
    ],
  ])('stays as it is when %s', async (_, over, choice) => {
    const [proposal] = (await propose(over)).groups;
    expect(proposal!.choice).toMatchObject(choice);
    expect(proposal!.choice.threshold).toBeUndefined();
  });

  test('is found for a rate without a single verdict, up and down, a step at a time', async () => {
    const quieter = (await propose({ verdicts: [], perWeek: 0.5 })).groups[0]!;
    expect(quieter.choice.threshold).toBeGreaterThan(0.55);
    expect(quieter.after!.suspects).toBeLessThanOrEqual(0.7);
    const louder = (await propose({ verdicts: [], perWeek: 5 })).groups[0]!;
    expect(louder.choice.threshold).toBeLessThan(0.5);
    expect(louder.choice.threshold).toBeGreaterThanOrEqual(0.4);
    expect(louder.after!.suspects).toBeLessThanOrEqual(5);
    expect(louder.changes!.comeCount).toBeGreaterThan(0);
    expect((await propose({ verdicts: [], perWeek: 1.7 })).groups[0]!.choice).toMatchObject({ outcome: 'keep' });
  });

  test('goes no higher than a step, and says what remains', async () => {
    const { choice } = (await propose({ verdicts: [], perWeek: 0.01 })).groups[0]!;
    expect(choice.threshold).toBeCloseTo(0.6, 9);
    expect(choice.why.at(-1)).toMatch(/remain: further than this one proposal does not go/);
  });

  test('is sought group by group', async () => {
    const { groups } = await propose({ sources: ['pump-*', 'pump-4'] });
    expect(groups.map(({ group: { pattern, sources } }) => [pattern, sources.length])).toEqual([
      ['pump-*', 3],
      ['pump-4', 1],
    ]);
    expect((await propose({ sources: ['fan-*'] })).groups).toEqual([]);
  });

  test('by a rate in force begins from what was told', async () => {
    const settings = SettingsSchema.parse({ version: 2, defaults: { falseAlarmsPerWeek: 3 } });
    const byRate = pastOf(points, settings);
    const said = verdictsOn(byRate, truth);
    const { groups } = await propose({ settings, verdicts: said, events: byRate.events, history: historyOf(byRate) });
    const { inForce, before, choice } = groups[0]!;
    expect(inForce.falseAlarmsPerWeek).toBe(3);
    expect(inForce.thresholds).toHaveLength(1);
    const told = said.filter(({ verdict, from }) => verdict === 'false-alarm' && from >= RANGE.from);
    expect(before.falseAlarms).toBe(told.length);
    expect(choice.outcome).toBe('change');
  });
});
