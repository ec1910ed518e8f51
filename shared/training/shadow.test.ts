import { builtInModel, FAMILIES } from '../detection/built-in-model';
import { FEATURES, type Model } from '../detection/model';
import { openSourceDetector } from '../detection/open-source-detector';
import { ModelMismatch } from '../detection/ports';
import { normals } from '../detection/relations/relations.factory';
import type { Observation, Verdict } from '../detection/source-detector';
import { DEFAULT_SETTINGS } from '../domain/settings';
import type { ShadowCounts } from './ports';
import { ChallengerSchema, openShadow, type Shadow, zeroShadow } from './shadow';

const artifact = {
  format: 'tidewatch-weighted-model',
  formatVersion: 1,
  schema: 1,
  version: 'weighted-1',
  weights: Object.fromEntries(FAMILIES.map((family) => [family, 1])),
} as const;
const document = ChallengerSchema.parse({ run: 'run-1', since: 0, model: artifact });
/** Scores a vector by its first feature, as it is. */
const plain: Model = { version: 'plain', score: ([alarm = 0]) => ({ anomaly: alarm, alarm }) };

const HOLD_MS = 60_000;
const observation = (alarm: number, changes: Partial<Observation> = {}): Observation =>
  ({
    ...{ metric: 'a', value: 1, standing: 'current', features: [alarm, ...FEATURES.slice(1).map(() => 0)] },
    ...{ expected: undefined, lower: undefined, upper: undefined, learnt: 100, learningNeeds: 40 },
    ...{ holdMs: HOLD_MS, presentHoldMs: HOLD_MS, ...changes },
  }) as Observation;
const verdict = (isAnomaly: boolean, hurdle = 0, threshold = 0.5): Verdict => ({
  ...{ anomalyScore: 0, alarmScore: 0, isAnomaly, contributions: [] },
  bar: { threshold, hurdle },
});

/** What a challenger that scores so makes of one vector after the other, minutes apart, beside the champion's verdicts. */
function compared(
  steps: readonly (readonly [at: number, alarm: number, champion: Verdict, changes?: Partial<Observation>])[],
  model = plain,
): ShadowCounts {
  const shadow = openShadow(document, model);
  const counts = zeroShadow();
  for (const [at, alarm, champion, changes] of steps)
    shadow.compare('pump', at * 1_000, [observation(alarm, changes)], [champion], counts);
  return counts;
}
const counted = (some: Partial<ShadowCounts>) => ({ ...zeroShadow(), ...some });

describe('an alarm of the challenger', () => {
  it.each<[string, Parameters<typeof compared>[0], Partial<ShadowCounts>]>([
    ['is none below the threshold', [[0, 0.49, verdict(false)]], {}],
    ['is one at the threshold', [[0, 0.5, verdict(false)]], { onlyChallenger: 1 }],
    ['may be the champion’s as well', [[0, 0.6, verdict(true)]], { both: 1 }],
    ['may be missing where the champion has one', [[0, 0.4, verdict(true)]], { onlyChampion: 1 }],
    ['is measured by the threshold of then', [[0, 0.6, verdict(false, 0, 0.7)]], {}],
    ['is held back by a hurdle of the champion’s', [[0, 0.6, verdict(false, 0.6)]], {}],
    ['passes a hurdle by being stronger', [[0, 0.61, verdict(false, 0.6)]], { onlyChallenger: 1 }],
  ])('%s', (_, steps, expected) => {
    expect(compared(steps)).toEqual(counted({ vectors: 1, ...expected }));
  });

  it.each<[string, Parameters<typeof compared>[0], number]>([
    [
      'one as strong that still holds',
      [
        [0, 0.8, verdict(false)],
        [60, 0.8, verdict(false)],
      ],
      1,
    ],
    [
      'none that is weaker by enough',
      [
        [0, 0.8, verdict(false)],
        [60, 0.83, verdict(false)],
      ],
      2,
    ],
    [
      'none that holds no longer',
      [
        [0, 0.8, verdict(false)],
        [61, 0.8, verdict(false)],
      ],
      2,
    ],
    [
      'its own, though the champion’s hurdle is lower',
      [
        [0, 0.8, verdict(false)],
        [9, 0.7, verdict(false, 0.1)],
      ],
      1,
    ],
    [
      'its own, though the champion’s is higher',
      [
        [0, 0.6, verdict(true)],
        [9, 0.7, verdict(false, 0.9)],
      ],
      2,
    ],
    [
      'none of another metric',
      [
        [0, 0.8, verdict(false)],
        [9, 0.8, verdict(false), { metric: 'b' }],
      ],
      2,
    ],
    [
      'none that came late',
      [
        [0, 0.8, verdict(false), { standing: 'late' }],
        [9, 0.8, verdict(false)],
      ],
      2,
    ],
  ] as [string, Parameters<typeof compared>[0], number][])('is held back by %s', (_, steps, alarms) => {
    const { both, onlyChallenger } = compared(steps);
    expect(both + onlyChallenger).toBe(alarms);
  });
});

describe('vectors', () => {
  it('that the champion did not judge are passed over', () => {
    const unjudged: Verdict = { anomalyScore: 0, alarmScore: 0, isAnomaly: false, contributions: [] };
    expect(compared([[0, 0.9, unjudged, { features: undefined }]])).toEqual(zeroShadow());
  });

  it.each<[string, Model['score']]>([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['gives no number', () => ({ anomaly: 0, alarm: Number.NaN })],
    ['gives more than 1', () => ({ anomaly: 0, alarm: 1.5 })],
    ['gives less than 0', () => ({ anomaly: 0, alarm: -0.1 })],
  ])('are counted as failed where the challenger %s', (_, score) => {
    const steps: Parameters<typeof compared>[0] = [
      [0, 0.9, verdict(true)],
      [1, 0.9, verdict(false)],
    ];
    expect(compared(steps, { version: 'bad', score })).toEqual(counted({ vectors: 2, failed: 2 }));
  });
});

describe('a model beside itself', () => {
  /** A day's wave with spikes, of two metrics of a source; late points in between. */
  function beside(restart: (shadow: Shadow, row: number) => Shadow): { counts: ShadowCounts; alarms: number } {
    const detector = openSourceDetector('pump', { ...DEFAULT_SETTINGS.defaults, threshold: 0.25 }, undefined);
    const normal = normals(7);
    const counts = zeroShadow();
    let shadow = openShadow(document, builtInModel);
    let alarms = 0;
    const context = { versions: { model: 'm', settings: 1, schema: 1 }, degraded: false, warming: false };
    for (let row = 0; row < 6_000; row++) {
      const level = 50 + 10 * Math.sin((2 * Math.PI * row) / 288) + normal() + (row % 97 < 3 ? 8 + (row % 5) : 0);
      const timestamp = (row - (row % 31 === 0 ? 2 : 0)) * 300_000 + (row % 31 === 0 ? 1 : 0);
      const point = { source: 'pump', timestamp, metrics: { level, flow: 2 * level + normal() }, tags: {} };
      const observations = detector.advance(point);
      const scores = observations.flatMap(({ features }) => (features ? [builtInModel.score(features)] : []));
      const { verdicts } = detector.conclude(point, observations, scores, context);
      alarms += verdicts.filter(({ isAnomaly }) => isAnomaly).length;
      shadow = restart(shadow, row);
      shadow.compare('pump', timestamp, observations, verdicts, counts);
    }
    return { counts, alarms };
  }

  it('agrees in every alarm', () => {
    const { counts, alarms } = beside((shadow) => shadow);
    expect(alarms).toBeGreaterThan(20);
    expect(counts).toMatchObject({ both: alarms, onlyChampion: 0, onlyChallenger: 0, failed: 0 });
  });

  it('agrees in every alarm although processes come and go', () => {
    const { counts, alarms } = beside((shadow, row) => (row % 50 === 0 ? openShadow(document, builtInModel) : shadow));
    expect(counts).toMatchObject({ both: alarms, onlyChampion: 0, onlyChallenger: 0 });
  });
});

test('a model of another feature schema is no challenger', () => {
  expect(() => openShadow({ ...document, model: { ...document.model, schema: 99 } })).toThrow(ModelMismatch);
});

test('what is remembered of alarms is bounded', () => {
  const shadow = openShadow(document, plain);
  const counts = zeroShadow();
  const alarmOf = (source: number) => shadow.compare(`s-${source}`, 0, [observation(0.9)], [verdict(false)], counts);
  for (let source = 0; source <= 10_000; source++) alarmOf(source);
  alarmOf(10_000);
  expect(counts.onlyChallenger).toBe(10_001);
  alarmOf(0);
  expect(counts.onlyChallenger).toBe(10_002);
});
