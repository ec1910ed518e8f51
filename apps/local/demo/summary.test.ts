import { type AnomalyEvent, SAMPLE_ANOMALY_EVENT } from '../../../shared/domain/anomaly-event';
import { type Fault, SAMPLE_FAULT } from './fault';
import { summarise } from './summary';
import { summaryTable } from './summary-table';

const FROM = SAMPLE_FAULT.from;
const graceMs = 60_000;
const late = FROM + 3_600_000;

function fault(changes: Partial<Fault> = {}): Fault {
  return { ...SAMPLE_FAULT, source: 'a', ...changes };
}

function alarm(source: string, timestamp: number, changes: Partial<AnomalyEvent> = {}): AnomalyEvent {
  return { ...SAMPLE_ANOMALY_EVENT, id: `${source}/${timestamp}`, source, timestamp, ...changes };
}

describe('what one alarm means for one fault of 80 s', () => {
  const found = { found: 1, missed: 0, falseAlarms: 0 };
  const missed = { found: 0, missed: 1, falseAlarms: 0 };
  const missedAndFalse = { found: 0, missed: 1, falseAlarms: 1 };
  test.each<[string, AnomalyEvent[], { found: number; missed: number; falseAlarms: number }]>([
    ['at its beginning: found', [alarm('a', FROM)], found],
    ['on another metric of the source: found', [alarm('a', FROM, { metric: 'other' })], found],
    ['after its end, within the grace: found', [alarm('a', FROM + 139_999)], found],
    ['before its beginning: false', [alarm('a', FROM - 1)], missedAndFalse],
    ['after the grace: false', [alarm('a', FROM + 140_000)], missedAndFalse],
    ['on another source: false', [alarm('b', FROM)], missedAndFalse],
    ['two within it: found once, none false', [alarm('a', FROM + 9), alarm('a', FROM + 5)], found],
    ['an open anomaly that grows worse: found', [alarm('a', FROM + 9, { phase: 'updated', transition: 2 })], found],
    ['one that grows worse elsewhere: no find, nor false', [alarm('b', FROM, { phase: 'updated' })], missed],
    ['no alarm: missed', [], missed],
    ['only a closing: missed', [alarm('a', FROM, { phase: 'closed' })], missed],
  ])('%s', (_, events, expected) => {
    const summary = summarise([fault()], events, { graceMs, until: late });
    const falseAlarms = summary.falseAlarms.length;
    expect({ found: summary.overall.found, missed: summary.overall.missed, falseAlarms }).toEqual(expected);
  });
});

test('the delay is that of the first alarm', () => {
  const summary = summarise([fault()], [alarm('a', FROM + 9_000), alarm('a', FROM + 5_000)], { graceMs, until: late });
  expect(summary.overall).toMatchObject({ delayMsMedian: 5_000, delayMsMax: 5_000 });
});

test('a fault that is not over, or still within its grace, is not missed yet', () => {
  const { overall } = summarise([fault()], [], { graceMs, until: FROM + 139_999 });
  expect(overall).toMatchObject({ missed: 0, pending: 1 });
});

test('an event that came twice counts once', () => {
  const event = alarm('b', FROM);
  expect(summarise([], [event, event], { graceMs, until: late })).toMatchObject({ alarms: 1, falseAlarms: [event] });
});

test('kinds that are not watched stand apart: never missed in the whole, their alarms never false', () => {
  const burst = fault({ kind: 'late-burst', source: 'b' });
  const summary = summarise([fault(), burst], [alarm('b', FROM)], { graceMs, until: late });
  expect(summary.overall).toMatchObject({ injected: 1, found: 0, missed: 1 });
  expect(summary.falseAlarms).toEqual([]);
});

test('the table says what was found, missed and false, by kind', () => {
  const faults = [
    fault(),
    fault({ source: 'b', from: FROM + 1_000, to: FROM + 5_000 }),
    fault({ kind: 'spike', source: 'c' }),
    fault({ kind: 'drift', source: 'd', from: late - 10, to: late + 10 }),
    fault({ kind: 'late-burst', source: 'e' }),
    fault({ kind: 'silence', source: 'f', to: late + 10 }),
  ];
  const events = [alarm('a', FROM + 2_000), alarm('b', FROM + 64_000), alarm('e', FROM + 1), alarm('g', FROM)];
  const summary = summarise(faults, events, { graceMs, until: late });
  expect(summaryTable(summary, { liveMs: 1_800_000, seriesCount: 120 })).toEqual([
    'fault        injected  found  missed  under way  delay (median)  delay (longest)',
    '───────────  ────────  ─────  ──────  ─────────  ──────────────  ───────────────',
    'level shift         2      2       0          0           2.0 s        1 min 3 s',
    'spike               1      0       1          0               –                –',
    'drift               1      0       0          1               –                –',
    'silence             1      0       0          1               –                –',
    'all                 5      2       1          2           2.0 s        1 min 3 s',
    'late burst: not watched, injected 1, noticed all the same: 1',
    'false alarms: 1 of 4 alarms, over 120 series in 30 min (2.0 an hour)',
  ]);
});
