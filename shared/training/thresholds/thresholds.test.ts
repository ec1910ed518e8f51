import { SettingsSchema, settingsFor } from '../../domain/settings';
import { withThresholds } from './apply-thresholds';
import { binomialAtMost, poissonAtLeast, poissonAtMost, wilsonInterval } from './chance';
import { VERDICTS_NEEDED } from './choose-threshold';
import { groupingOf, namedGroup, type SourceGroup } from './threshold-groups';

const NOW = Date.UTC(2026, 10, 22);

describe('chance', () => {
  test.each([
    ['none of six at a third', binomialAtMost(0, 6, 1 / 3), (2 / 3) ** 6],
    ['at most one of three at a half', binomialAtMost(1, 3, 0.5), 0.5],
    ['all', binomialAtMost(5, 5, 0.9), 1],
    ['no event of two expected', poissonAtMost(0, 2), Math.exp(-2)],
    ['at most two of two expected', poissonAtMost(2, 2), 5 * Math.exp(-2)],
    ['any number at least none', poissonAtLeast(0, 7), 1],
    ['a thousand of a thousand expected', poissonAtMost(1_000, 1_000), 0.508],
    ['nothing is expected and nothing comes', poissonAtMost(0, 0), 1],
  ])('%s', (_, probability, expected) => {
    expect(probability).toBeCloseTo(expected, 3);
  });

  test('a share of few is known roughly, of none not at all', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
    const [from, to] = wilsonInterval(5, 10);
    expect([from, to].map((one) => one.toFixed(2))).toEqual(['0.27', '0.73']);
    expect(wilsonInterval(0, 6)[0]).toBe(0);
  });

  test('six false alarms that go are enough when no real one does', () => {
    expect(VERDICTS_NEEDED).toBe(6);
  });
});

describe('sources are divided', () => {
  const settings = SettingsSchema.parse({
    version: 3,
    overrides: [
      { sources: 'pump-*', settings: { timeZone: 'Europe/Berlin' } },
      { sources: 'fan-*', settings: { threshold: 0.6 } },
      { sources: 'fan-9', settings: { falseAlarmsPerWeek: 1 } },
      { sources: 'oven-*', settings: { threshold: 0.9 }, expiresAt: NOW },
    ],
  });
  test.each([
    ['pump-17', [], 'pump-*', 'name'],
    ['fan-1', [], 'fan-*', 'override'],
    ['fan-9', [], 'fan-9', 'override'],
    ['oven-1', [], 'oven-*', 'name'],
    ['gateway', [], 'gateway', 'name'],
    ['p1', [], 'p1', 'name'],
    ['4711', [], '4711', 'name'],
    ['pump-17', ['*', 'pump-*'], 'pump-*', 'asked'],
    ['fan-1', ['*', 'pump-*'], '*', 'asked'],
    ['fan-1', ['pump-*'], undefined, undefined],
  ])('%s, asked for %j: %s', (source, asked, pattern, because) => {
    const place = groupingOf(settings, asked, NOW)(source);
    expect([place?.pattern, place?.because]).toEqual([pattern, because]);
  });

  test('a group of one by name has that name', () => {
    expect(namedGroup({ pattern: 'pump-*', because: 'name' }, ['pump-3']).pattern).toBe('pump-3');
    expect(namedGroup({ pattern: 'pump-*', because: 'asked' }, ['pump-3']).pattern).toBe('pump-*');
  });
});

describe('a document with other thresholds', () => {
  const group = (pattern: string, because: SourceGroup['because'], ...sources: string[]): SourceGroup => {
    return { pattern, because, sources };
  };
  const document = {
    version: 4,
    defaults: { threshold: 0.55 },
    overrides: [
      {
        sources: 'fan-*',
        settings: { falseAlarmsPerWeek: 2, watchSilence: false },
        by: 'anna',
        why: 'old',
        expiresAt: '2027-01-01T00:00:00Z',
      },
      { sources: 'fan-9', settings: { threshold: 0.7 } },
    ],
    fleet: { sourcesMin: 3 },
  };
  const options = { at: NOW, by: 'bob', why: ({ pattern }: SourceGroup) => `for ${pattern}` };
  const applied = (...groups: Parameters<typeof withThresholds>[2]) =>
    withThresholds(document, SettingsSchema.parse(document), groups, options);
  const thresholds = (next: object, ...sources: string[]) =>
    sources.map((source) => settingsFor(SettingsSchema.parse(next), source, NOW).threshold);

  test("changes an override's own in its place, and leaves alone what else it says", () => {
    const next = applied({ group: group('fan-*', 'override', 'fan-1', 'fan-2'), threshold: 0.6 });
    expect(next).toEqual({
      ...document,
      overrides: [
        { ...document.overrides[0], settings: { watchSilence: false, threshold: 0.6 }, by: 'bob', why: 'for fan-*' },
        document.overrides[1],
      ],
    });
  });

  test('puts groups by name before what people wrote, which still wins', () => {
    const next = applied({ group: group('fan*', 'name', 'fan1', 'fan2'), threshold: 0.6 });
    expect(next.overrides!.map(({ sources }) => sources)).toEqual(['fan*', 'fan-*', 'fan-9']);
    expect(thresholds(next, 'fan1', 'fan-9', 'pump-1')).toEqual([0.6, 0.7, 0.55]);
    expect(settingsFor(SettingsSchema.parse(next), 'fan-1').falseAlarmsPerWeek).toBe(2);
  });

  test('puts what was asked for behind everything', () => {
    const next = applied({ group: group('fan-*', 'asked', 'fan-1', 'fan-9'), threshold: 0.6 });
    expect(thresholds(next, 'fan-1', 'fan-9')).toEqual([0.6, 0.6]);
  });

  test('the more general of two patterns gives way, and a group that keeps its threshold does so', () => {
    const next = applied(
      { group: group('pump-house-*', 'name', 'pump-house-1', 'pump-house-2'), threshold: 0.65 },
      { group: group('pump-*', 'name', 'pump-1', 'pump-2'), threshold: 0.6 },
      { group: group('pump-hall', 'name', 'pump-hall'), threshold: undefined },
      { group: group('gate', 'name', 'gate'), threshold: undefined },
    );
    expect(thresholds(next, 'pump-1', 'pump-house-1', 'pump-hall', 'gate')).toEqual([0.6, 0.65, 0.55, 0.55]);
    expect(next.overrides!.map(({ sources }) => sources)).toEqual([
      'pump-*',
      'pump-house-*',
      'pump-hall',
      'fan-*',
      'fan-9',
    ]);
  });

  test('is not made when it would not do what was shown', () => {
    const hidden = () => applied({ group: group('fan*', 'name', 'fan-9'), threshold: 0.6 });
    expect(hidden).toThrow('fan-9 would not have the threshold 0.6 of fan*');
  });
});
