import { z } from 'zod';
import { matchesPattern } from '../domain/settings';
import type { EvaluationReport, ModelEvaluation } from './evaluation-report';

/** Where the challenger must not be worse: each source that people labelled, each group of sources, or each kind of injected fault. */
const ProtectedSliceSchema = z.object({
  of: z.enum(['sources', 'groups', 'faults']),
  /** Whose names; `*` stands for any run of characters. */
  names: z.string().min(1).default('*'),
  /** With fewer windows than this it is chance that decides. */
  windowsMin: z.number().int().min(1).default(1),
  /** It may find so many windows less, or such a share of them, whichever is more. */
  windowsLostMax: z.number().int().min(0).default(1),
  shareLostMax: z.number().min(0).max(1).default(0),
});
export type ProtectedSlice = z.output<typeof ProtectedSliceSchema>;

/** What a challenger must do to go live. */
export const GateRulesSchema = z.object({
  /** Fewer windows than this cannot tell two models apart. With so many labelled by people, these alone decide. */
  windowsMin: z.number().int().min(1).default(10),
  /** By how much its F1 must be higher. */
  f1Margin: z.number().min(0).max(1).default(0.01),
  /** In which share of resampled test weeks it must be higher at all. */
  confidence: z.number().min(0.5).max(1).default(0.9),
  /** How many times as many false alarms it may give. */
  falseAlarmsTimesMax: z.number().min(0).default(1.1),
  protectedSlices: z
    .array(ProtectedSliceSchema)
    .prefault([{ of: 'sources' }, { of: 'faults', windowsMin: 10, shareLostMax: 0.1 }]),
});
export type GateRules = z.output<typeof GateRulesSchema>;
export const DEFAULT_GATE: GateRules = GateRulesSchema.parse({});

export const GateDecisionSchema = z.object({
  promote: z.boolean(),
  /** Sentences: all that speaks against it, or what speaks for it. */
  reasons: z.array(z.string()),
  /** Share of the resampled test weeks in which the challenger's F1 is higher, on the windows that decided. */
  confidence: z.number(),
});
export type GateDecision = z.output<typeof GateDecisionSchema>;

/**
 * Does the challenger go live? Only if it is better than the champion on the same data by a margin, surely, and worse nowhere
 * that matters. Windows that people labelled decide where there are enough of them: a model that is better at finding what
 * we put there ourselves is not yet better.
 */
export function gate(report: EvaluationReport, rules: GateRules = DEFAULT_GATE): GateDecision {
  const by = report.windows.people >= rules.windowsMin ? 'people' : 'overall';
  const [champion, challenger] = [report.champion[by], report.challenger[by]];
  const { f1: gain, confidence } = report.gains[by];
  const against: string[] = [];
  if (challenger.windows < rules.windowsMin)
    against.push(
      `${challenger.windows} labelled windows in the test part cannot tell models apart; ${rules.windowsMin} could`,
    );
  const on = by === 'people' ? `${champion.windows} windows that people labelled` : windowWords(report);
  const f1 = `F1 ${figure(challenger.f1)} against ${figure(champion.f1)} on ${on}`;
  if (gain < rules.f1Margin) against.push(`no improvement: ${f1}, ${figure(rules.f1Margin)} more is asked`);
  else if (confidence < rules.confidence)
    against.push(
      `the gain is not sure: ${f1}, higher in ${percent(confidence)} of resampled test weeks, ${percent(rules.confidence)} is asked`,
    );
  if (challenger.falseAlarms > champion.falseAlarms * rules.falseAlarmsTimesMax)
    against.push(`more false alarms: ${challenger.falseAlarms} against ${champion.falseAlarms}`);
  against.push(...rules.protectedSlices.flatMap((slice) => lossesIn(report, slice)));
  if (against.length > 0) return { promote: false, reasons: against, confidence };
  const why = `${f1}, higher in ${percent(confidence)} of resampled test weeks, with ${challenger.falseAlarms} false alarms against ${champion.falseAlarms}`;
  return { promote: true, reasons: [why], confidence };
}

/** What both found in each slice that is protected. */
interface Finds {
  readonly name: string;
  readonly windows: number;
  readonly before: number;
  readonly after: number;
}

/** Sentences said of one kind of slice; the rest is counted. */
const SAID_MAX = 5;
const WORDS = { sources: 'source', groups: 'group', faults: 'fault' } as const;

function lossesIn(report: EvaluationReport, slice: ProtectedSlice): string[] {
  const { of, names, windowsMin, windowsLostMax, shareLostMax } = slice;
  const lost = findsOf(report, of)
    .filter(({ name, windows }) => windows >= windowsMin && matchesPattern(names, name))
    .filter(({ windows, before, after }) => before - after > Math.max(windowsLostMax, shareLostMax * windows))
    .sort((a, b) => b.before - b.after - (a.before - a.after));
  const said = lost
    .slice(0, SAID_MAX)
    .map(
      ({ name, before, after }) => `${WORDS[of]} ${name}: ${before - after} of ${before} windows are no longer found`,
    );
  return lost.length > SAID_MAX ? [...said, `and so it is in ${lost.length - SAID_MAX} more ${of}`] : said;
}

function findsOf({ champion, challenger, sources }: EvaluationReport, of: ProtectedSlice['of']): readonly Finds[] {
  if (of === 'sources')
    return sources.map(({ source, windows, found }) => ({
      name: source,
      windows,
      before: found.champion,
      after: found.challenger,
    }));
  const after = new Map(challenger[of].map((slice) => [slice.name, slice]));
  return champion[of].map(({ name, windows, found }: ModelEvaluation['faults'][number]) => ({
    name,
    windows,
    before: found,
    after: after.get(name)?.found ?? 0,
  }));
}

function windowWords({ windows: { people, injected } }: EvaluationReport): string {
  return injected === 0 ? `${people} windows` : `${people} windows that people labelled and ${injected} injected`;
}

function figure(value: number | null): string {
  return value === null ? 'unknown' : value.toFixed(3);
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}
