import { reportOnWeeks, type WeekSpec } from './evaluation.factory';
import { EvaluationReportSchema } from './evaluation-report';
import { GateRulesSchema, gate } from './gate';

type Pair = readonly [champion: number, challenger: number];
const weeks = (found: Pair, falseAlarms: Pair, changes: Partial<WeekSpec> = {}, count = 10): WeekSpec[] =>
  Array.from({ length: count }, () => ({ windows: 2, found, falseAlarms, ...changes }));
const spikes = { fault: 'spike' } as const;

describe('the gate', () => {
  it.each<[string, readonly WeekSpec[], boolean, RegExp]>([
    ['a sure gain', weeks([1, 2], [1, 1]), true, /F1 0.800 against 0.500 on 20 windows that people labelled/],
    ['the same', weeks([1, 1], [1, 1]), false, /no improvement/],
    ['fewer found', weeks([2, 1], [1, 1]), false, /no improvement/],
    ['more found, many more false alarms', weeks([1, 2], [1, 2]), false, /more false alarms: 20 against 10/],
    ['few windows', [{ windows: 3, found: [0, 3], falseAlarms: [0, 0] }], false, /3 labelled windows .* cannot tell/],
    [
      'a gain by one week alone',
      [...weeks([1, 1], [1, 1]), { windows: 2, found: [0, 2], falseAlarms: [0, 0] }],
      false,
      /the gain is not sure/,
    ],
    [
      'a source that is lost for the sake of others',
      [...weeks([0, 2], [0, 0]), ...weeks([1, 0], [0, 0], { source: 'lost' })],
      false,
      /source lost: 10 of 10 windows are no longer found/,
    ],
    [
      'a kind of injected fault that is lost for the sake of what people labelled',
      [...weeks([1, 2], [1, 1]), ...weeks([2, 1], [0, 0], spikes)],
      false,
      /fault spike: 10 of 20 windows are no longer found/,
    ],
    [
      'a kind of injected fault of which a tenth is lost',
      [...weeks([1, 2], [1, 1]), ...weeks([2, 2], [0, 0], spikes, 9), ...weeks([2, 0], [0, 0], spikes, 1)],
      true,
      /F1 0.800 against 0.500/,
    ],
    [
      'injected faults found better, and what people labelled no better',
      [...weeks([1, 1], [1, 1]), ...weeks([0, 2], [0, 0], spikes)],
      false,
      /no improvement: F1 0.500 against 0.500 on 20 windows that people labelled/,
    ],
    [
      'injected faults found better, where people labelled next to nothing',
      [...weeks([1, 1], [1, 1], {}, 2), ...weeks([0, 2], [0, 0], spikes)],
      true,
      /on 4 windows that people labelled and 20 injected/,
    ],
    ['nothing to judge', [], false, /0 labelled windows/],
  ])('%s', (_, given, promote, words) => {
    const decision = gate(reportOnWeeks(given));
    expect([decision.promote, decision.reasons.join('; ')]).toEqual([promote, expect.stringMatching(words)]);
  });

  it('protects the groups of sources that it is told to', () => {
    const report = reportOnWeeks([
      ...weeks([1, 2], [1, 1], { source: 'pump-1' }),
      ...weeks([2, 1], [0, 0], { source: 'fan-1', fault: 'drift' }, 4),
    ]);
    const rules = (names: string) => GateRulesSchema.parse({ protectedSlices: [{ of: 'groups', names }] });
    expect(gate(report, rules('pump'))).toMatchObject({ promote: true });
    expect(gate(report, rules('f*')).reasons).toEqual(['group fan: 4 of 8 windows are no longer found']);
  });

  it('says the worst of many losses and counts the rest', () => {
    const lost = Array.from({ length: 9 }, (_, i) => weeks([2, 0], [0, 0], { source: `lost-${i}` }, i + 1)).flat();
    const { reasons } = gate(reportOnWeeks(lost));
    expect(reasons.filter((reason) => /^source/.test(reason))).toHaveLength(5);
    expect(reasons).toContain('source lost-8: 18 of 18 windows are no longer found');
    expect(reasons.at(-1)).toBe('and so it is in 4 more sources');
  });
});

describe('a report', () => {
  const pumps = Array.from({ length: 10 }, (_, i) => weeks([1, 2], [i % 4, 0], { source: 'pump-1' }, 1)).flat();
  const fans = weeks([1, 1], [0, 0], { source: 'fan-2', ...spikes }, 3);
  const given = [...pumps, ...fans];
  const report = reportOnWeeks(given);

  it('survives its schema and JSON', () => {
    expect(EvaluationReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('is the same in whatever order sources come, and for the same seed alone', () => {
    expect(reportOnWeeks([...fans, ...pumps])).toEqual(report);
    expect(reportOnWeeks(given, 2).champion.overall.intervals).not.toEqual(report.champion.overall.intervals);
  });

  it('tells all, what people labelled, each kind of fault and each group of sources', () => {
    const { champion, challenger } = report;
    expect(champion.overall).toMatchObject({ windows: 26, found: 13, falseAlarms: 13, recall: 0.5, delayMs: 60_000 });
    expect(champion.people).toMatchObject({ windows: 20, found: 10 });
    expect(champion.faults).toMatchObject([{ name: 'spike', windows: 6, found: 3, falseAlarms: 13 }]);
    expect(challenger.groups).toMatchObject([
      { name: 'pump', windows: 20, found: 20, falseAlarms: 0, precision: 1, falseAlarmsPerSeriesWeek: 0 },
      { name: 'fan', windows: 6, found: 3, falseAlarms: 0 },
    ]);
    expect(report.sources).toEqual([{ source: 'pump-1', windows: 20, found: { champion: 10, challenger: 20 } }]);
  });

  it('has intervals that hold what was measured, and none where chance can change nothing', () => {
    const { overall } = report.champion;
    for (const [name, interval] of Object.entries(overall.intervals)) {
      const value = overall[name as keyof typeof overall.intervals]!;
      expect([name, interval![0] <= value && value <= interval![1]]).toEqual([name, true]);
    }
    expect(overall.intervals.f1![1]).toBeGreaterThan(overall.intervals.f1![0]);
    expect(report.challenger.people.intervals.recall).toEqual([1, 1]);
  });

  it('draws curves from the strictest threshold to the loosest', () => {
    const { roc, pr, alarms } = report.champion.curves;
    expect([roc[0], roc.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(pr[0]![1]).toBe(1);
    expect(alarms.at(-1)).toEqual([1, 1]);
  });
});
