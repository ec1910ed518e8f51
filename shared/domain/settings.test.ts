import { DEFAULT_SETTINGS, matchesPattern, SettingsSchema, settingsFor, settingsOver } from './settings';
import { readSettingsDocument, SettingsError } from './settings-document';

describe('a source pattern', () => {
  test.each([
    ['pump-17', 'pump-17', true],
    ['pump-17', 'pump-170', false],
    ['pump-*', 'pump-', true],
    ['*', '', true],
    ['*-17', 'pump-17', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['ab*bc', 'abc', false],
    ['p.mp', 'pump', false],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  test('of many stars stays quick on a name made to defeat backtracking', () => {
    expect(matchesPattern(`${'*a'.repeat(2000)}*b`, 'a'.repeat(100_000))).toBe(false);
  });
});

describe('settings', () => {
  test('the defaults are complete', () => {
    expect(settingsFor(DEFAULT_SETTINGS, 'any')).toMatchObject({
      threshold: 0.5,
      timeZone: 'UTC',
      allowedFutureMs: 300_000,
    });
  });

  test('the last override that matches wins, and leaves alone what it does not name', () => {
    const settings = SettingsSchema.parse({
      version: 3,
      overrides: [
        { sources: 'pump-*', settings: { threshold: 0.6, timeZone: 'Europe/Berlin' } },
        { sources: '*-17', settings: { threshold: 0.7 } },
      ],
    });
    expect(settingsFor(settings, 'pump-17')).toMatchObject({ threshold: 0.7, timeZone: 'Europe/Berlin' });
    expect(settingsFor(settings, 'fan-1')).toMatchObject({ threshold: 0.5, timeZone: 'UTC' });
  });

  test("a rate of false alarms and a threshold take each other's place, the last one given holds", () => {
    const settings = SettingsSchema.parse({
      version: 1,
      defaults: { falseAlarmsPerWeek: 2 },
      overrides: [
        { sources: 'pump-*', settings: { threshold: 0.5 } },
        { sources: 'pump-1', settings: { falseAlarmsPerWeek: 0.5 } },
      ],
    });
    expect(settingsFor(settings, 'fan').falseAlarmsPerWeek).toBe(2);
    expect(settingsFor(settings, 'pump-2')).toMatchObject({ threshold: 0.5 });
    expect(settingsFor(settings, 'pump-2').falseAlarmsPerWeek).toBeUndefined();
    expect(settingsFor(settings, 'pump-1').falseAlarmsPerWeek).toBe(0.5);
  });

  test('a document that was read can be written and read again', () => {
    for (const defaults of [{}, { threshold: 0.7 }, { falseAlarmsPerWeek: 2 }]) {
      const settings = SettingsSchema.parse({ version: 1, defaults });
      expect(SettingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
    }
  });

  test('an override that has expired by the arrival of what is judged does not count', () => {
    const settings = SettingsSchema.parse({
      version: 2,
      overrides: [
        { sources: '*', settings: { threshold: 0.6 } },
        {
          sources: 'pump-*',
          settings: { threshold: 0.8 },
          by: 'anna',
          why: 'service',
          expiresAt: '2026-11-22T13:00:00Z',
        },
      ],
    });
    const end = Date.UTC(2026, 10, 22, 13);
    expect([end - 1, end].map((at) => settingsFor(settings, 'pump-1', at).threshold)).toEqual([0.8, 0.6]);
    expect(settingsFor(settings, 'pump-1').threshold).toBe(0.8);
  });

  test.each([
    ['a threshold', { threshold: 0.7 }, { threshold: 0.6 }, { threshold: 0.6 }],
    ['a rate over a threshold', { threshold: 0.7 }, { falseAlarmsPerWeek: 2 }, { falseAlarmsPerWeek: 2 }],
    ['a threshold over a rate', { falseAlarmsPerWeek: 2 }, { threshold: 0.5 }, { threshold: 0.5 }],
    ['nothing', { falseAlarmsPerWeek: 2 }, {}, { falseAlarmsPerWeek: 2 }],
  ])('over others, a document takes the place of what it names: %s', (_, base, defaults, expected) => {
    const given = SettingsSchema.parse({ version: 1, defaults: { ...base, timeZone: 'Europe/Berlin' } });
    const over = settingsOver(given, { version: 3, defaults });
    expect(over).toMatchObject({ version: 3, defaults: { timeZone: 'Europe/Berlin', ...expected } });
    if (!('falseAlarmsPerWeek' in expected)) expect(over.defaults.falseAlarmsPerWeek).toBeUndefined();
  });

  test('a name that no setting has is told to who wrote it, wherever it stands', () => {
    const document = {
      version: 1,
      defualts: {},
      overrides: [{ sources: '*', settings: { treshold: 0.6 }, owner: 'anna' }],
      fleet: { share: 1 },
    };
    const read = () => readSettingsDocument(JSON.stringify(document), 'mine.json');
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(
      /^mine\.json: defualts: .*overrides\.0\.owner: .*overrides\.0\.settings\.treshold: .*fleet\.share: /,
    );
  });

  test.each([
    ['a threshold of 1', { threshold: 1 }],
    ['a time zone that does not exist', { timeZone: 'Europe/Atlantis' }],
    ['a negative lateness', { allowedLatenessMs: -1 }],
    ['no false alarms at all', { falseAlarmsPerWeek: 0 }],
    ['a threshold and a rate of false alarms', { threshold: 0.6, falseAlarmsPerWeek: 1 }],
  ])('refuse %s', (_, defaults) => {
    expect(SettingsSchema.safeParse({ version: 1, defaults }).success).toBe(false);
  });
});
