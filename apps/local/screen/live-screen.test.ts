import { unjudged } from '../../../shared/detection/observe-metric';
import { type AnomalyEvent, SAMPLE_ANOMALY_EVENT } from '../../../shared/domain/anomaly-event';
import { SAMPLE_POINT_ROW } from '../../../shared/domain/rows';
import { type Fault, SAMPLE_FAULT } from '../demo/fault';
import { type LiveScreen, openLiveScreen } from './live-screen';
import { withColour, withoutColour } from './paint';
import { statusLine } from './status-line';

const AT = SAMPLE_ANOMALY_EVENT.timestamp;

function open(columns = 100): LiveScreen {
  return openLiveScreen({ paint: withoutColour, columns: () => columns, graceMs: 60_000 });
}

function event(changes: Partial<AnomalyEvent> = {}): AnomalyEvent {
  return { ...SAMPLE_ANOMALY_EVENT, ...changes };
}

function feed(screen: LiveScreen, values: readonly number[], changes: Partial<typeof SAMPLE_POINT_ROW> = {}): void {
  const from = AT - (values.length - 1) * 2_000;
  screen.rows(
    values.map((value, index) => ({ ...SAMPLE_POINT_ROW, value, timestamp: from + index * 2_000, ...changes })),
  );
}

test('an opened anomaly is told in a block: time, severity, series, value, band, score, history, why', () => {
  const screen = open();
  feed(screen, [71, 72, 71, 70, 96.4]);
  expect(screen.event(event(), 0)).toEqual([
    '13:00:00  HIGH      pump-17 temperature  96.4  expected 68.9 to 73.5  score 0.71',
    '                    ▁▁▁▁[█]',
    '                    3.1× above the highest in 9 days (80 %)',
  ]);
  expect(screen.openAnomalies).toBe(1);
});

test('late rows stay out of the history that is drawn', () => {
  const screen = open();
  feed(screen, [71, 96.4]);
  feed(screen, [1, 2, 3], { late: true });
  expect(screen.event(event(), 0)[1]).toBe('                    ▁[█]');
});

test('a closing says how long it took; the closing of an anomaly from before the start does not know', () => {
  const screen = open();
  screen.event(event(), 0);
  const closing = event({ phase: 'closed', timestamp: AT + 95_000 });
  expect(screen.event(closing, 0)).toEqual([
    '13:01:35  closed    pump-17 temperature  back to normal after 1 min 35 s',
  ]);
  expect(screen.event(closing, 0)).toEqual(['13:01:35  closed    pump-17 temperature  back to normal']);
  expect(screen.openAnomalies).toBe(0);
});

test('an update is told when the severity rises, not for each stronger score', () => {
  const screen = open();
  screen.event(event(), 0);
  expect(screen.event(event({ phase: 'updated', alarmScore: 0.74 }), 0)).toEqual([]);
  expect(screen.event(event({ phase: 'updated', alarmScore: 0.9, severity: 'critical' }), 0)).toEqual([
    '13:00:00  worse     pump-17 temperature  now critical: 96.4  expected 68.9 to 73.5  score 0.90',
  ]);
  expect(screen.event(event({ phase: 'updated', alarmScore: 0.95, severity: 'critical' }), 0)).toEqual([]);
});

test('the same opening delivered twice is told once', () => {
  const screen = open();
  screen.event(event(), 0);
  expect(screen.event(event(), 0)).toEqual([]);
});

test('a broken relation has no value: its words and its first metric stand for it', () => {
  const screen = open();
  feed(screen, [1, 2, 1], { metric: 'pressure' });
  const { metric, value, expected, lower, upper, ...whole } = event({
    kind: 'relation',
    contributions: [{ name: 'pressure', share: 0.9, words: 'pressure does not follow flow' }],
  });
  expect([metric, value, expected, lower, upper]).not.toContain(undefined);
  expect(screen.event(whole, 0)).toEqual([
    '13:00:00  HIGH      pump-17  metrics no longer move together  score 0.71',
    '                    ▁█[▁]',
    '                    pressure does not follow flow (90 %)',
  ]);
});

test('a degraded score and a lost memory are said', () => {
  expect(
    open()
      .event(event({ degraded: true, warming: true, contributions: [] }), 0)
      .slice(1),
  ).toEqual([
    '                    scored by the built-in model: the endpoint did not answer',
    '                    the source lost its memory and is learning again',
  ]);
});

test.each<[string, Partial<Fault>, string]>([
  ['a level shift', {}, '13:00:00  injected: level shift on pump-07 pressure (+2.400)'],
  ['a silence', { kind: 'silence', metrics: ['a', 'b'] }, '13:00:00  injected: silence on pump-07'],
  [
    'a late burst',
    { kind: 'late-burst', metrics: ['a', 'b'] },
    '13:00:00  injected: late burst on pump-07 (not watched)',
  ],
  [
    'a broken season',
    { kind: 'broken-season', metrics: ['a', 'b'], behavesLaterMs: 14 * 3_600_000 },
    '13:00:00  injected: broken season on pump-07 (behaves as at 03:00)',
  ],
])('the injection of %s is announced', (_, changes, expected) => {
  const { size, ...unsized } = SAMPLE_FAULT;
  const fault = changes.kind === undefined ? { ...unsized, size: size! } : { ...unsized, ...changes };
  expect(open().fault(fault)).toEqual([expected]);
});

test('a finding that an injected fault explains says so, until its grace is over', () => {
  const explanation = (timestamp: number) => {
    const screen = open();
    screen.fault({ ...SAMPLE_FAULT, source: 'pump-17' });
    return screen.event(event({ timestamp }), 0).at(-1)!.trim();
  };
  expect(explanation(SAMPLE_FAULT.from + 2_100)).toBe('this is the injected level shift, found 2.1 s after it began');
  expect(explanation(SAMPLE_FAULT.to + 60_000)).toBe('3.1× above the highest in 9 days (80 %)');
  expect(explanation(SAMPLE_FAULT.from - 1)).toBe('3.1× above the highest in 9 days (80 %)');
});

test('a flood of anomalies is cut, and the next block says how many were left out', () => {
  const screen = open();
  const lines = Array.from({ length: 50 }, (_, n) => screen.event(event({ episodeId: `flood-${n}` }), 1_000));
  expect(lines.filter((block) => block.length > 0)).toHaveLength(20);
  expect(screen.event(event({ episodeId: 'flood-49', phase: 'closed' }), 2_000)).toEqual([]);
  expect(screen.event(event({ episodeId: 'after' }), 11_000)[0]).toBe(
    '… 30 more anomalies in a few seconds are not shown here',
  );
});

test('hostile names neither colour nor reorder nor overflow the screen', () => {
  const screen = open(60);
  const lines = screen.event(
    event({
      source: `\u202e${'泵'.repeat(200)}`,
      metric: `a${'\u0301'.repeat(200)}`,
      contributions: [{ name: 'x', share: 1, words: '\u001b[2J\n'.repeat(50) }],
    }),
    0,
  );
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect([...line].length).toBeLessThanOrEqual(60);
  }
});

test('colour marks the severity', () => {
  const screen = openLiveScreen({ paint: withColour, columns: () => 100, graceMs: 0 });
  expect(screen.event(event(), 0)[0]).toContain('\u001b[31mHIGH    \u001b[39m');
});

test('series are learning until their scores count', () => {
  const screen = openLiveScreen({ paint: withColour, columns: () => 100, graceMs: 0 });
  const seen = (metric: string, learnt: number) => ({ ...unjudged({ metric, value: 1 }, 'current'), learnt });
  screen.observed('pump-17', [seen('a', 18), seen('b', 7), seen('a', 19), seen('c', 20)]);
  expect(screen.learning.size).toBe(2);
  screen.observed('pump-17', [seen('a', 20)]);
  expect(screen.learning.words(9)).toEqual(['pump-17 b 7 of 20']);
});

test('the status line holds the counters and never fills the last column', () => {
  const counters = {
    points: 12_345,
    pointsPerSecond: 19.6,
    sources: 40,
    series: 120,
    lagMs: 35,
    rejected: 0,
    openAnomalies: 2,
  };
  expect(statusLine('live', counters, 120)).toBe(
    'live · 12,345 points · 20/s · 40 sources · 120 series · lag 35 ms · 2 open',
  );
  expect(statusLine('live', { ...counters, lagMs: undefined, rejected: 3, pointsPerSecond: 1.25 }, 120)).toBe(
    'live · 12,345 points · 1.3/s · 40 sources · 120 series · 2 open · 3 rejected',
  );
  const learning = { size: 7, words: () => ['pump-17 flow 3 of 20'] };
  expect(statusLine('live', { ...counters, learning }, 120)).toContain(
    ' · 120 series · 7 learning (pump-17 flow 3 of 20) · ',
  );
  expect(statusLine('live', counters, 20)).toBe('live · 12,345 poin…');
});
