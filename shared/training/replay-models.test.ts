import { builtInModel } from '../detection/built-in-model';
import type { Model } from '../detection/model';
import { openSourceDetector } from '../detection/open-source-detector';
import type { AnomalyEvent } from '../domain/anomaly-event';
import type { DataPoint } from '../domain/data-point';
import { DEFAULT_SETTINGS, SettingsSchema } from '../domain/settings';
import { aLabel } from './label.factory';
import type { Label } from './labels';
import { bucketOf } from './measures';
import { type ReplayConfig, replayModels } from './replay-models';
import { normalOf, sampleHash } from './sample-hash';

const START = Date.UTC(2026, 0, 5);
const STEP_MS = 10 * 60_000;
const ROWS = 3_000;
const SOURCES = ['a', 'b', 'c'];

/** Two related metrics a source that leap now and then, with late points and a gap. */
const points: readonly DataPoint[] = Array.from({ length: ROWS }, (_, i) =>
  SOURCES.map((source) => {
    const late = sampleHash(source, i, 'late') % 97 === 0 ? 5.5 * STEP_MS : 0;
    const leap = sampleHash(source, i, 'leap') % 211 === 0 ? 4 + (sampleHash(source, i, 'size') % 3_000) / 100 : 0;
    const x = Math.sin(i / 20) + 0.3 * normalOf(source, i) + leap;
    const gap = i > 2_000 ? 30 * STEP_MS : 0;
    const metrics = { x, y: 2 * x + 0.2 * normalOf(source, i, 'y') };
    return { source, timestamp: START + i * STEP_MS + gap - late, metrics, tags: {} };
  }),
).flat();
const testFrom = START + 1_500 * STEP_MS;
const split = { trainTo: testFrom - STEP_MS, testFrom };

/** Less easily moved than the built-in one. */
const dull: Model = {
  version: 'dull',
  score: (features) => {
    const { anomaly, alarm } = builtInModel.score(features);
    return { anomaly, alarm: alarm / 1.1 };
  },
};
const models = [builtInModel, dull];

const label = (source: string, fromRow: number, toRow: number, changes: Partial<Label> = {}) =>
  aLabel(START + fromRow * STEP_MS, START + toRow * STEP_MS, { source, ...changes });
const replay = (changes: Partial<ReplayConfig> = {}) =>
  replayModels(
    {
      history: historyOf(points),
      openDetector: openSourceDetector,
      settings: DEFAULT_SETTINGS,
      labels: [],
      split,
      ...changes,
    },
    models,
  );

function historyOf(given: readonly DataPoint[], bySource = false) {
  return {
    bySource,
    read: async function* () {
      yield* given;
    },
  };
}

/** Events of the live engine's own two stages. */
function liveEvents(model: Model, settings = DEFAULT_SETTINGS): AnomalyEvent[] {
  const detectors = new Map(
    SOURCES.map((source) => [source, openSourceDetector(source, settings.defaults, undefined)]),
  );
  const context = { versions: { model: 'm', settings: 1, schema: 1 }, degraded: false, warming: false };
  return points.flatMap((point) => {
    const detector = detectors.get(point.source)!;
    const observations = detector.advance(point);
    const scores = observations.flatMap(({ features }) => (features === undefined ? [] : [model.score(features)]));
    return detector.conclude(point, observations, scores, context).events;
  });
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

describe('models in replay', () => {
  it.each([
    ['a threshold', SettingsSchema.parse({ version: 1, defaults: { threshold: 0.4 } })],
    ['a rate of false alarms', SettingsSchema.parse({ version: 1, defaults: { falseAlarmsPerWeek: 3 } })],
  ])('begin the episodes that they would have begun live, by %s', async (_, settings) => {
    const { evidence } = await replay({ settings });
    models.forEach((model, m) => {
      const opened = liveEvents(model, settings).filter(
        ({ phase, timestamp }) => phase === 'opened' && timestamp >= testFrom,
      );
      expect(opened.length).toBeGreaterThan(5);
      expect(total(evidence.blocks.map(({ falseAlarms }) => falseAlarms[m]!))).toBe(opened.length);
    });
  });

  it('would give as many false alarms at the default threshold as they gave', async () => {
    const { evidence } = await replay();
    models.forEach((_, m) => {
      const given = total(evidence.blocks.map(({ falseAlarms }) => falseAlarms[m]!));
      expect(evidence.falseAlarmsAt[m]![bucketOf(DEFAULT_SETTINGS.defaults.threshold)]).toBe(given);
    });
  });

  it('give the same evidence of a history by source, and hold no source after its last point', async () => {
    const sorted = SOURCES.flatMap((source) => points.filter((point) => point.source === source));
    expect(await replay({ history: historyOf(sorted, true) })).toEqual(await replay());
  });

  it('alarm falsely where people called an alarm false, and not where nothing is counted', async () => {
    const all = (verdict: Label['verdict']) => SOURCES.map((source) => label(source, 1_500, ROWS + 50, { verdict }));
    const counted = async (labels: readonly Label[]) => {
      const { evidence } = await replay({ labels });
      return {
        falseAlarms: total(evidence.blocks.map(({ falseAlarms }) => falseAlarms[0]!)),
        days: total(evidence.blocks.map(({ usualDays }) => usualDays[0]!.length)),
        spanMs: total(evidence.blocks.map(({ spanMs }) => spanMs)),
        windows: evidence.windows.length,
        alarmed: evidence.windows.filter(({ firstAlarm }) => firstAlarm[0] !== undefined).length,
      };
    };
    const plain = await counted([]);
    const named = await counted(all('false-alarm'));
    expect(named).toEqual({ ...plain, windows: 3, alarmed: named.alarmed });
    expect(named.alarmed).toBeGreaterThan(0);
    expect(await counted(all('real'))).toEqual({ ...named, falseAlarms: 0, days: 0 });
    expect(await counted(all('exclude'))).toEqual({ falseAlarms: 0, days: 0, spanMs: 0, windows: 0, alarmed: 0 });
  });

  it('count no window that is older than the split, that another source has, or in which nothing came', async () => {
    const labels = [
      label('a', 1_400, 1_600),
      label('z', 1_600, 1_700),
      label('a', 2_001, 2_020),
      label('b', 1_600, 1_900),
    ];
    const { evidence, tested } = await replay({ labels });
    expect(evidence.windows.map((window) => window.label)).toEqual([labels[3]]);
    expect(tested).toMatchObject({ sources: 3, series: 6, from: expect.any(Number) });
  });
});
