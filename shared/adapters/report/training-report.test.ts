import { FAMILIES } from '../../detection/built-in-model';
import { reportOnWeeks, type WeekSpec } from '../../training/evaluation.factory';
import { gate } from '../../training/gate';
import { anArtifact } from '../contracts/model-registry.contract';
import { type TrainingReport, trainingReportHtml } from './training-report';

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(1)> "pump" & 'fan'`;

const week = (source: string, changes: Partial<WeekSpec> = {}): WeekSpec[] =>
  Array.from({ length: 8 }, (_, i) => ({
    source,
    windows: 2,
    found: [1, 2],
    falseAlarms: [i % 2, 0],
    ...changes,
  }));

function reportOn(weeks: readonly WeekSpec[], changes: Partial<TrainingReport> = {}): TrainingReport {
  const evaluation = reportOnWeeks(weeks);
  const lists = [{ title: 'The data', facts: [['fingerprint', 'f00d'] as const, ['points', 123_456] as const] }];
  return { evaluation, decision: gate(evaluation), challenger: anArtifact(2), lists, ...changes };
}

/** What a browser shows of a page, roughly: its text without tags. */
const textOf = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the report on a training run', () => {
  const whole = reportOn([
    ...week('pump-1'),
    ...week('fan-1', { fault: 'drift' }),
    ...week('fan-2', { fault: 'spike' }),
  ]);

  it('says first what was decided and why', () => {
    const text = textOf(trainingReportHtml(whole));
    expect(text).toMatch(
      /^ Model weighted-0123456789ab: let through .*F1 1\.000 against 0\.444 on 16 windows that people labelled/,
    );
    const refused = reportOn(week('pump-1', { found: [2, 0] }));
    expect(textOf(trainingReportHtml(refused))).toMatch(/^ Model .*: refused .*no improvement.*source pump-1/);
  });

  it('has all that was decided by: measures with ranges, curves, kinds, groups, weights and what it was made of', () => {
    const page = trainingReportHtml(whole);
    const text = textOf(page);
    for (const words of [
      'Windows that people labelled',
      'All windows, injected ones with them',
      'By kind of injected fault',
      'By group of sources',
      'Weights of families',
      'What was tested',
      'The data fingerprint f00d points 123456',
    ])
      expect(text).toContain(words);
    expect(text).toMatch(/drift 16 8 16/);
    expect(text).toMatch(/F1 0\.\d+ 0\.\d+ – 0\.\d+ 1\.000 1\.000 – 1\.000/);
    for (const family of FAMILIES) expect(text).toContain(`${family} 1 2`);
    expect(page.match(/<figure>/g)).toHaveLength(3);
  });

  it('is the same for the same run', () => {
    expect(trainingReportHtml(whole)).toBe(trainingReportHtml(structuredClone(whole)));
  });

  it('loads nothing and runs nothing', () => {
    const page = trainingReportHtml(whole);
    expect(page).not.toMatch(/<script|javascript:|\bon\w+=|<link|<img|<iframe|@import|url\((?!#)/i);
    expect(
      page.match(/https?:\/\/[^"' ]+/g)?.filter((address) => !address.startsWith('http://www.w3.org/')) ?? [],
    ).toEqual([]);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('gives each chart names of its own: ids are one on a page', () => {
    const ids = [...trainingReportHtml(whole).matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(ids.length).toBeGreaterThan(2);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('takes names from outside for text, wherever they stand', () => {
    const weeks = week(HOSTILE, { found: [2, 0] });
    const evaluation = reportOnWeeks([...weeks, ...week('x', { fault: HOSTILE })]);
    evaluation.champion.model = HOSTILE;
    evaluation.challenger.model = HOSTILE;
    const lists = [{ title: HOSTILE, facts: [[HOSTILE, HOSTILE] as const] }];
    const page = trainingReportHtml(reportOn(weeks, { evaluation, decision: gate(evaluation), lists }));
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;/g)!.length).toBeGreaterThanOrEqual(8);
  });

  it('stands where nothing could be judged', () => {
    const text = textOf(trainingReportHtml(reportOn([])));
    expect(text).toContain('0 windows that people labelled');
    expect(text).not.toContain('NaN');
    expect(text).not.toContain('At every threshold');
  });
});
