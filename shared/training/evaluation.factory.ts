import { reportOn } from './evaluate';
import type { EvaluationReport } from './evaluation-report';
import { type Evidence, openEvidenceLog, WEEK_MS } from './evidence';
import type { Label } from './labels';
import { bucketOf } from './measures';

/** What champion and challenger did in one source and week. */
export interface WeekSpec {
  readonly source?: string;
  readonly windows: number;
  readonly found: readonly [champion: number, challenger: number];
  readonly falseAlarms: readonly [champion: number, challenger: number];
  /** Kind of injected fault; absent: people labelled the windows. */
  readonly fault?: string;
}

/** Scores of windows found and not, and of usual days with a false alarm and without. */
const SCORES = { found: 0.7, missed: 0.3, falseAlarm: 0.6, calm: 0.2 };
const DAY_MS = WEEK_MS / 7;

/** The report on two models that did this, week by week of each source. */
export function reportOnWeeks(weeks: readonly WeekSpec[], seed = 1): EvaluationReport {
  const log = openEvidenceLog(2);
  const labels: Label[] = [];
  const nextWeek = new Map<string, number>();
  for (const { source = 's', windows, found, falseAlarms, fault } of weeks) {
    const from = (nextWeek.get(source) ?? 100) * WEEK_MS;
    nextWeek.set(source, from / WEEK_MS + 1);
    const block = log.blockOf(source, from);
    block.spanMs = WEEK_MS;
    for (const m of [0, 1] as const) {
      block.falseAlarms[m] = falseAlarms[m];
      for (let day = 0; day < 7; day++) {
        const bucket = bucketOf(day < falseAlarms[m] ? SCORES.falseAlarm : SCORES.calm);
        block.usualDays[m]!.push(bucket);
        if (day < falseAlarms[m]) log.falseAlarmAbove(m, -1, bucket);
      }
    }
    for (let w = 0; w < windows; w++) {
      const at = from + (w * WEEK_MS) / windows;
      const origin = fault === undefined ? 'people' : 'injected';
      const label: Label = { source, from: at, to: at + DAY_MS / 2, verdict: 'real', origin, ...(fault && { fault }) };
      labels.push(label);
      const outcome = log.windowOf(label);
      for (const m of [0, 1] as const) {
        const isFound = w < found[m];
        outcome.strongest[m] = bucketOf(isFound ? SCORES.found : SCORES.missed);
        outcome.loudest[m] = outcome.strongest[m]!;
        if (isFound) outcome.firstAlarm[m] = at + 60_000 * (m + 1);
      }
    }
  }
  return reportOnEvidence(log.evidence(), labels, seed);
}

function reportOnEvidence(evidence: Evidence, labels: readonly Label[], seed: number): EvaluationReport {
  const testFrom = 100 * WEEK_MS;
  const tested = {
    from: testFrom,
    to: testFrom + WEEK_MS,
    points: 1_000 * evidence.blocks.length,
    sources: new Set(evidence.blocks.map(({ source }) => source)).size,
    series: evidence.blocks.length,
  };
  const config = { labels, split: { trainTo: testFrom - DAY_MS, testFrom }, seed };
  return reportOn(evidence, tested, config, ['built-in-1', 'weighted-0123456789ab']);
}
