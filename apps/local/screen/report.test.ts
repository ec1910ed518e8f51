import { openStillLearning } from '../../../shared/detection/still-learning';
import { SAMPLE_ANOMALY_EVENT } from '../../../shared/domain/anomaly-event';
import { withoutColour } from './paint';
import { type RunReport, reportLines } from './report';

const QUIET: RunReport = {
  points: 1_500,
  sources: 1,
  series: 2,
  elapsedMs: 750,
  rejectedByReason: {},
  rejectedFirst: [],
  setAside: { rejected: 0, late: 0, duplicates: 0, degraded: 0, unscored: 0 },
  learning: openStillLearning(),
  anomalies: [],
  anomaliesTotal: 0,
  results: [{ what: 'results', where: '/data/tidewatch' }],
};

test('a quiet run ends with what was read and where the results are', () => {
  expect(reportLines(QUIET, 100, withoutColour)).toEqual([
    '1,500 points read in 750 ms (2,000 points/s): 1 source, 2 series',
    'nothing rejected',
    '',
    'no anomalies',
    '',
    'results: /data/tidewatch',
  ]);
});

test('rejections are counted by reason, the first ten shown with their line', () => {
  const rejectedFirst = Array.from({ length: 12 }, (_, index) => ({
    line: index + 1,
    reason: 'not-json' as const,
    message: 'not JSON: Unexpected token \u001b',
  }));
  const lines = reportLines(
    { ...QUIET, rejectedByReason: { 'invalid-field': 3, 'not-json': 1_200 }, rejectedFirst },
    100,
    withoutColour,
  );
  expect(lines.slice(1, 4)).toEqual([
    '1,203 rejected: not-json 1,200, invalid-field 3',
    '  line 1: not JSON: Unexpected token �',
    '  line 2: not JSON: Unexpected token �',
  ]);
  expect(lines[12]).toBe('  … and 1,193 more');
});

test('series that stayed too young to alarm are told with how far they came', () => {
  const learning = { size: 12, words: () => ['pump-17 flow 3 of 20', 'pump-17 \u001b (relations) 3 of 60'] };
  expect(reportLines({ ...QUIET, learning }, 100, withoutColour).slice(2, 6)).toEqual([
    '12 series still learning, without an alarm until then:',
    '  pump-17 flow 3 of 20',
    '  pump-17 � (relations) 3 of 60',
    '  … and 10 more',
  ]);
});

test('what the stream treated otherwise is told, and nothing rejected is not said of it', () => {
  const setAside = { rejected: 2, late: 1_200, duplicates: 1, degraded: 0, unscored: 3 };
  expect(reportLines({ ...QUIET, setAside }, 100, withoutColour).slice(1, 6)).toEqual([
    '2 points put into quarantine, which says why',
    '1,200 values came after later ones, or too far ahead to be believed at once: stored, not learnt, no alarm',
    '1 value repeated a time seen before: the first one counts',
    '3 values of series beyond --series-max, or of metrics beyond metricsMax: stored, nothing learnt of them',
    '',
  ]);
});

test('a rejection without a line is shown by its message alone', () => {
  const rejectedFirst = [{ reason: 'not-gzip' as const, message: 'not gzip' }];
  expect(reportLines({ ...QUIET, rejectedByReason: { 'not-gzip': 1 }, rejectedFirst }, 100, withoutColour)[2]).toBe(
    '  not gzip',
  );
});

test('anomalies stand in a table, capped with a note', () => {
  const lines = reportLines(
    { ...QUIET, anomalies: Array.from({ length: 51 }, () => SAMPLE_ANOMALY_EVENT), anomaliesTotal: 4_000 },
    120,
    withoutColour,
  );
  expect(lines.slice(3, 7)).toEqual([
    '4,000 anomalies',
    'time (UTC)           series               value  expected      score  severity  why',
    '───────────────────  ───────────────────  ─────  ────────────  ─────  ────────  ────────────────────────────────',
    '2026-11-22 13:00:00  pump-17 temperature   96.4  68.9 to 73.5   0.71  high      3.1× above the highest in 9 days',
  ]);
  expect(lines.at(-3)).toBe('… and 3,950 more');
});
