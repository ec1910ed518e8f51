import { AT } from './built-in-model';
import { type Circumstances, explain, kindOf } from './explain';
import { FEATURES, type FeatureName } from './model';

const HOUR_MS = 3_600_000;
const USUAL: Circumstances = {
  value: 50,
  unit: '',
  smallest: 40,
  largest: 60,
  expected: 52.345,
  stepRatio: 1,
  rememberedMs: 9 * 24 * HOUR_MS,
  knownMs: 15 * 24 * HOUR_MS,
  wallMs: Date.UTC(2026, 10, 24, 3, 40),
};

function words(feature: FeatureName, change: Partial<Circumstances>): string {
  const features = FEATURES.map((name) => (name === feature ? 3 : 0));
  const full = features.map((value, at) => (at === AT.shapeWeight ? 1 : value));
  return explain(full, { ...USUAL, ...change })[0]!.words;
}

describe('the reason for an alarm', () => {
  it.each<[FeatureName, Partial<Circumstances>, string]>([
    ['novelty', { value: 186 }, '3.1× the highest in 9 days (60)'],
    ['novelty', { value: 61 }, 'above the highest in 9 days (60)'],
    ['novelty', { value: -1, smallest: -20, largest: -5 }, 'above the highest in 9 days (-5)'],
    ['novelty', { value: 4 }, '0.1× the lowest in 9 days (40)'],
    ['novelty', { value: 39 }, 'below the lowest in 9 days (40)'],
    ['novelty', { value: -3, smallest: 2 }, 'below the lowest in 9 days (2)'],
    ['novelty', { value: -40, smallest: -20 }, '2× the lowest in 9 days (-20)'],
    ['novelty', { value: 9, largest: 3, unit: ' a second' }, '3× the highest in 9 days (3 a second)'],
    ['breach', { rememberedMs: 5 * HOUR_MS, value: 120 }, '2× the highest in 5 hours (60)'],
    ['novelty', { rememberedMs: 0 }, 'far from every value in 1 minute'],
    ['hourDeviation', {}, 'unusual for a Tuesday 03:00 (expected 52.3)'],
    ['weekDeviationSustained', { expected: undefined, wallMs: -HOUR_MS }, 'unusual for a Wednesday 23:00'],
    ['hourDeviation', { knownMs: 13.9 * 24 * HOUR_MS }, 'unusual for 03:00 (expected 52.3)'],
    ['hourDeviation', { knownMs: 1.9 * 24 * HOUR_MS }, 'off its usual level of the last 46 hours (expected 52.3)'],
    ['weekDeviationSustained', { knownMs: 42 * 60_000 }, 'off its usual level of the last 42 minutes (expected 52.3)'],
    ['variability', { stepRatio: 4.2 }, 'changes 4.2× as much from value to value as usual'],
    ['variability', { stepRatio: 1.01 }, 'changes from value to value in an unusual way'],
    ['shape', {}, 'the course of the last values is unlike any before'],
    ['evidence', {}, 'has been unusual for a while'],
    ['frozen', {}, 'repeats one value for longer than ever'],
  ])('%s %j: %s', (feature, change, wanted) => {
    expect(words(feature, change)).toBe(wanted);
  });

  it('gives shares that belong to one whole, largest first', () => {
    const features = FEATURES.map((name) => (name === 'breach' || name === 'hourDeviation' ? 4 : 0));
    const reasons = explain(features, USUAL);
    expect(reasons.map(({ name }) => name)).toEqual(['value', 'season']);
    expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('tells shapes from values', () => {
    const of = (...names: FeatureName[]) => kindOf(FEATURES.map((name) => (names.includes(name) ? 1 : 0)));
    expect(of('shape', 'shapeWeight')).toBe('shape');
    expect(of('shape')).toBe('value');
    expect(of('novelty')).toBe('value');
  });
});
