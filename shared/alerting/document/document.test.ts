import { processorMsOf } from '../../../test/factories/processor-time';
import { RULES } from '../alerting.factory';
import { compileDocument } from './compile';
import { durationWords, readDuration } from './durations';
import { type AlertMatch, AlertMatchSchema, firstMiss, readMatch, type Subject } from './match';
import { DocumentError, readDocument } from './read-document';
import { explainRoutes, placementsOf } from './routes';
import { explainRules } from './rules';
import { type AlertingDocumentInput, AlertingDocumentSchema } from './schema';
import { readText, type TextPattern } from './texts';
import { endOfWindow, isWithin, readDays } from './windows';

const subject: Subject = {
  source: 'pump-17',
  metric: 'temperature',
  tags: { site: 'berlin' },
  kind: 'value',
  severity: 'high',
  score: 0.71,
  value: 96,
  expected: 80,
  owner: 'plant',
  rules: ['hot'],
};

describe('a text pattern', () => {
  test.each<[TextPattern, string, boolean]>([
    ['pump-17', 'pump-17', true],
    ['pump-17', 'Pump-17', false],
    ['pump-*', 'pump-', true],
    ['!pump-*', 'pump-17', false],
    ['!pump-*', 'fan', true],
    ['/pump-\\d+/', 'pump-17', true],
    ['/pump-\\d/', 'pump-17', false],
    ['/(?i)PUMP.*/', 'pump-17', true],
    ['!/pump-\\d+/', 'pump-17', false],
    [{ equals: 'a*/b' }, 'a*/b', true],
    [{ equals: 'a*' }, 'ab', false],
    [['fan', 'pump-*'], 'pump-17', true],
    [['fan', { equals: 'pump-*' }], 'pump-17', false],
    ['/', '/', true],
    ['', '', true],
  ])('%j against %j: %s', (pattern, text, expected) => {
    expect(readText(pattern)(text)).toBe(expected);
  });

  test('made to explode takes no time to speak of', () => {
    const test = readText('/(a+)+(b|a)*c/');
    // A backtracking engine would need more than the age of the universe.
    expect(processorMsOf(() => expect(test('a'.repeat(100_000))).toBe(false))).toBeLessThan(5_000);
  });

  test.each(['/(?=a)b/', '/(a)\\1/', '/[/', `/${'a'.repeat(501)}/`, '/(a{1000}){1000}/'])(
    '%s is refused in words',
    (pattern) => {
      expect(() => readText(pattern)).toThrow(RangeError);
    },
  );
});

describe('a match', () => {
  test.each<[AlertMatch, string | undefined]>([
    [{}, undefined],
    [
      { source: 'pump-*', metric: 'temperature', tags: { site: 'berlin' }, kind: 'value', severity: '>=medium' },
      undefined,
    ],
    [{ severity: ['low', 'critical'] }, 'severity is high, not low,critical'],
    [{ severity: 'critical' }, 'severity is high, not critical'],
    [{ minScore: 0.71 }, undefined],
    [{ minScore: 0.8 }, 'score is 0.710, below 0.8'],
    [{ kind: ['shape', 'silence'] }, 'kind is value, not shape or silence'],
    [{ direction: 'up', minDeviation: 16 }, undefined],
    [{ direction: 'down' }, 'its value does not lie below what was expected'],
    [{ minDeviation: 16.5 }, 'deviation is 16, below 16.5'],
    [{ minDeviation: '20%' }, undefined],
    [{ minDeviation: '21%' }, 'deviation is 20.0%, below 21%'],
    [{ tags: { line: 'a' } }, 'tag line is absent, not a'],
    [{ tags: { line: '!a' } }, undefined],
    [{ tags: { constructor: '*' } }, undefined],
    [{ owner: 'plant', rule: 'h*' }, undefined],
    [{ rule: 'cold' }, 'rule is hot, not cold'],
    [{ alert: 'a1' }, 'it is another alert'],
  ])('%j: %s', (match, expected) => {
    expect(firstMiss(readMatch(AlertMatchSchema.parse(match)), subject)?.miss(subject)).toBe(expected);
  });

  test('of a deviation never fits what has no value', () => {
    const silent: Subject = { ...subject, value: undefined, kind: 'silence' };
    const [condition] = readMatch({ minDeviation: 1 });
    expect(condition!.holds(silent)).toBe(false);
    expect(condition!.miss(silent)).toBe('it has no value to be compared with what was expected');
    expect(readMatch({ direction: 'up' })[0]!.holds(silent)).toBe(false);
  });

  test('of a share fits any deviation from nothing', () => {
    expect(firstMiss(readMatch({ minDeviation: '500%' }), { ...subject, expected: 0 })).toBeUndefined();
  });
});

describe('a window', () => {
  const berlin = (from: number, to: number, days = readDays('daily')!) => ({
    days,
    from: from * 60,
    to: to * 60,
    timeZone: 'Europe/Berlin',
  });
  test.each<[string, ReturnType<typeof berlin>, string, boolean]>([
    ['begins on the minute', berlin(8, 18), '2026-01-05T07:00:00Z', true],
    ['ends before the minute', berlin(8, 18), '2026-01-05T17:00:00Z', false],
    ['follows the clock on the wall into summer', berlin(8, 18), '2026-07-06T06:00:00Z', true],
    ['goes over midnight', berlin(22, 6), '2026-01-05T02:00:00Z', true],
    ['belongs to the day on which it begins', berlin(22, 6, readDays('fri')!), '2026-01-10T02:00:00Z', true],
    ['not to the one on which it ends', berlin(22, 6, readDays('sat')!), '2026-01-10T02:00:00Z', false],
    ['does not hold in the hour that spring leaves out', berlin(2, 3), '2026-03-29T01:00:00Z', false],
    ['holds in the first of the two hours of autumn', berlin(2, 3), '2026-10-25T00:30:00Z', true],
    ['and in the second', berlin(2, 3), '2026-10-25T01:30:00Z', true],
    ['is the whole day', berlin(0, 24, readDays('mon-fri')!), '2026-01-05T12:00:00Z', true],
    ['of weekdays is not on Sundays', berlin(0, 24, readDays('mon-fri')!), '2026-01-04T12:00:00Z', false],
  ])('%s', (_, window, instant, expected) => {
    expect(isWithin(window, Date.parse(instant))).toBe(expected);
  });

  test('tells its end, an hour later when clocks are set back in it', () => {
    expect(endOfWindow(berlin(1, 4), Date.parse('2026-10-24T23:30:00Z'))).toBe(Date.parse('2026-10-25T03:00:00Z'));
    expect(endOfWindow(berlin(0, 24), 0)).toBeUndefined();
  });

  test.each([
    ['mon-fri', ['mon', 'tue', 'wed', 'thu', 'fri']],
    ['sat,sun', ['sat', 'sun']],
    ['fri-mon', ['fri', 'sat', 'sun', 'mon']],
    ['montag', undefined],
    ['mon-', undefined],
    ['', undefined],
  ])('days %s', (text, expected) => {
    expect(readDays(text)).toEqual(expected);
  });
});

test.each([
  ['90s', 90_000, '1m 30s'],
  ['1h30m', 5_400_000, '1h 30m'],
  ['7d', 604_800_000, '7d'],
  ['0s', 0, '0s'],
  ['30', undefined, ''],
  ['1y', undefined, ''],
  ['9999d', undefined, ''],
])('the duration %s', (text, ms, words) => {
  expect(readDuration(text)).toBe(ms);
  if (ms !== undefined) expect(durationWords(ms)).toBe(words);
});

const compiled = (over: Partial<AlertingDocumentInput>) =>
  compileDocument(AlertingDocumentSchema.parse({ ...RULES, ...over }));

describe('rules', () => {
  const now = Date.parse('2026-01-05T12:00:00Z');
  test.each<[string, AlertingDocumentInput['rules'][number], string]>([
    ['that fit', { name: 'r', match: { source: 'pump-*' } }, 'everything that it names fits'],
    ['that do not', { name: 'r', match: { source: 'fan' } }, 'source is pump-17, not fan'],
    ['that have expired', { name: 'r', expires: '2026-01-05' }, 'it expired at 2026-01-05T00:00:00.000Z'],
    [
      'at another time of the week',
      { name: 'r', active: [{ days: 'sat,sun', from: '08:00', to: '12:00' }] },
      'it is active sat, sun 08:00 to 12:00 UTC only',
    ],
  ])('%s say so', (_, rule, words) => {
    expect(explainRules(compiled({ rules: [rule] }).rules, subject, now)).toEqual([
      { rule: 'r', holds: words.startsWith('everything'), words },
    ]);
  });
});

describe('routes', () => {
  const alerting = compiled({
    route: {
      receivers: ['slack'],
      groupBy: ['tags.site'],
      repeatInterval: '1h',
      routes: [
        { name: 'log', match: {}, receivers: ['mail'], continue: true, sendResolved: false },
        {
          match: { tags: { site: 'berlin' } },
          repeatInterval: 'never',
          routes: [{ match: { severity: 'critical' }, receivers: ['pager'], groupBy: ['source', 'metric'] }],
        },
        { match: { source: 'pump-*' }, receivers: ['mail'] },
      ],
    },
  });
  const placed = (over: Partial<Subject>) =>
    placementsOf(alerting.root, { ...subject, ...over }, 0).map(({ route, options, group }) => ({
      route,
      to: options.receivers.join(),
      ...(options.repeatMs === undefined ? {} : { repeatMs: options.repeatMs }),
      group,
    }));

  test.each<[string, Partial<Subject>, ReturnType<typeof placed>]>([
    [
      'the deepest one that fits takes an alert, with what it inherits; one that goes on lets others look',
      {},
      [
        { route: 'root/log', to: 'mail', repeatMs: 3_600_000, group: { site: 'berlin' } },
        { route: 'root/site berlin', to: 'slack', group: { site: 'berlin' } },
      ],
    ],
    [
      'a child goes before its parent',
      { severity: 'critical' },
      [
        { route: 'root/log', to: 'mail', repeatMs: 3_600_000, group: { site: 'berlin' } },
        {
          route: 'root/site berlin/severity critical',
          to: 'pager',
          group: { source: 'pump-17', metric: 'temperature' },
        },
      ],
    ],
    [
      'an absent label is a label',
      { tags: {} },
      [
        { route: 'root/log', to: 'mail', repeatMs: 3_600_000, group: { site: '' } },
        { route: 'root/source pump-*', to: 'mail', repeatMs: 3_600_000, group: { site: '' } },
      ],
    ],
  ])('%s', (_, over, expected) => {
    expect(placed(over)).toEqual(expected);
  });

  test('the root takes what no other takes', () => {
    const { root } = compiled({ route: { receivers: ['slack'], routes: [{ match: { source: 'fan' } }] } });
    expect(placementsOf(root, subject, 0).map(({ route }) => route)).toEqual(['root']);
    expect(explainRoutes(root, subject, 0)).toEqual([
      { route: 'root', taken: true, words: 'takes everything' },
      { route: 'root/source fan', taken: false, words: 'source is pump-17, not fan' },
    ]);
  });

  test('a group key depends on route and labels, and on no other route', () => {
    const key = (routes: AlertingDocumentInput['route']['routes'], source = 'pump-17') =>
      placementsOf(
        compiled({ route: { receivers: ['slack'], groupBy: ['source'], ...(routes ? { routes } : {}) } }).root,
        { ...subject, source },
        0,
      )[0]!.groupKey;
    const pumps = { match: { kind: 'value' as const } };
    expect(key([pumps])).toBe(key([{ match: { source: 'fan' } }, pumps]));
    expect(key([pumps])).not.toBe(key([]));
    expect(key([pumps])).not.toBe(key([pumps], 'pump-18'));
  });
});

describe('a document', () => {
  const base = 'version: 1\nreceivers: [{ name: chat, channel: slack, secret: s }]\nrules: []\n';
  test.each<[string, string, string]>([
    ['that is no YAML', 'version: 1\n  rules: [', 'f.yaml:2: '],
    ['of another version', 'version: 2', 'f.yaml:1: version: must be 1, the version of the form'],
    ['without rules', 'version: 1\nreceivers: []\nroute: { receivers: [] }', 'f.yaml:1: rules: is missing'],
    [
      'with a word that is not known',
      `${base}route:\n  receivers: [chat]\n  groupwait: 30s`,
      'f.yaml:6: route: "groupwait" cannot stand here; is it misspelt, or a level too deep or too high?',
    ],
    [
      'with a receiver that is not there',
      `${base}route:\n  receivers:\n    - bob`,
      'f.yaml:6: route.receivers[0]: no receiver is called "bob"; there are chat',
    ],
    [
      'with a duration that is none',
      `${base}route: { receivers: [chat], groupWait: 30 }`,
      'f.yaml:4: route.groupWait: must be a duration, written like 30s, 5m, 1h30m or 7d',
    ],
    [
      'whose root takes less than all',
      `${base}route: { receivers: [chat], match: { kind: value } }`,
      'f.yaml:4: route: is the root and takes every alert: move its match and active to a route below it',
    ],
    [
      'whose root tells nobody, unsaid',
      `${base}route: {}`,
      'f.yaml:4: route: names no receivers; alerts that fit no other route come here: give it receivers, or [] for nobody',
    ],
    [
      'with a name twice',
      `${base.replace('rules: []', 'rules: [{ name: a }, { name: a }]')}route: { receivers: [] }`,
      'f.yaml:3: rules[1].name: "a" is there twice; names must differ',
    ],
    [
      'with a receiver twice',
      `${base}route: { receivers: [chat, chat] }`,
      'f.yaml:4: route.receivers[1]: "chat" is there twice; each is told once',
    ],
    [
      'with a receiver twice to escalate to',
      `${base}route: { receivers: [], escalate: { after: 30m, receivers: [chat, chat] } }`,
      'f.yaml:4: route.escalate.receivers[1]: "chat" is there twice; each is told once',
    ],
    [
      'with a tag that is not called one, of which all alerts would have none alike',
      `${base}route: { receivers: [] }\ninhibit: [{ name: i, source: {}, target: {}, equal: [site], by: a, reason: b }]`,
      'f.yaml:5: inhibit[0].equal[0]: must be source, metric, kind, severity, owner or tags.NAME',
    ],
    [
      'with an expression that is none',
      `${base.replace('rules: []', "rules: [{ name: a, match: { source: '/(/' } }]")}route: { receivers: [] }`,
      'f.yaml:3: rules[0].match.source: /(/ is no expression of RE2 (missing closing ): `(`); it has no look-around and no back-references, and a text without the slashes is taken as it is',
    ],
    [
      'nested too deep',
      `${base}route: {receivers: [], routes: [{routes: [{routes: [{routes: [{routes: [{routes: [{routes: [{routes: [{routes: [{}]}]}]}]}]}]}]}]}]}`,
      'f.yaml:4: ',
    ],
    ['that is empty', '', 'version: must be 1'],
    [
      'that grows by aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]`,
      'alias',
    ],
  ])('%s is refused with its line', (_, text, words) => {
    expect(() => readDocument(text, 'f.yaml')).toThrow(DocumentError);
    expect(() => readDocument(text, 'f.yaml')).toThrow(words);
  });

  test('may be JSON', () => {
    expect(readDocument(JSON.stringify(RULES)).receivers).toHaveLength(3);
  });
});
