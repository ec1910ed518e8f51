import type { ModelArtifact } from '../../detection/weighted-model';
import type { EvaluationReport, NamedSlice, SliceEvaluation } from '../../training/evaluation-report';
import type { GateDecision } from '../../training/gate';
import { Html, html } from '../html/html';
import { curvesOf } from './report-curves';
import { REPORT_STYLE } from './report-style';
import { factTable, measureTable, sliceTable } from './report-tables';

/** Names and what stands beside them. */
export interface FactList {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string | number])[];
}

export interface TrainingReport {
  readonly evaluation: EvaluationReport;
  readonly decision: GateDecision;
  readonly challenger: ModelArtifact;
  /** Absent: the built-in model, whose weights are 1. */
  readonly champion?: ModelArtifact;
  /** Tallies of the data, versions, fingerprint and whatever else belongs to the run. */
  readonly lists: readonly FactList[];
}

/**
 * A training run as one page for people: what was decided and why, and all that it was decided by. It loads nothing and runs
 * nothing, and the same run gives the same bytes. Names of sources come from outside: they are text and nothing else.
 */
export function trainingReportHtml(report: TrainingReport): string {
  const { evaluation, decision } = report;
  const verdict = decision.promote ? 'let through' : 'refused';
  const title = `Model ${evaluation.challenger.model}: ${verdict}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${new Html(REPORT_STYLE)}</style></head><body>
<header class="${decision.promote ? 'good' : 'bad'}"><h1>${title}</h1>
<ul>${decision.reasons.map((reason) => html`<li>${reason}</li>`)}</ul></header>
<p class="key"><span class="champion">●</span> champion: ${evaluation.champion.model}
<span class="challenger">●</span> challenger: ${evaluation.challenger.model}.<br>
Judged on ${windowWords(evaluation)}, ${testedWords(evaluation)}.</p>
${measures(evaluation)}
${curvesOf(evaluation)}
${slices('By kind of injected fault', evaluation.champion.faults, evaluation.challenger.faults, FAULT_NOTE)}
${slices('By group of sources', evaluation.champion.groups, evaluation.challenger.groups, GROUP_NOTE)}
${weights(report)}
${[testedList(evaluation), ...report.lists].map(factTable)}
${reading(evaluation)}
</body></html>
`;
  return page.text;
}

const FAULT_NOTE =
  'These faults were put into weeks that were held back. Precision and F1 are left out: an alarm where nothing is wrong has no kind.';
const GROUP_NOTE = 'Sources by the patterns that were given, or by their names without the number at the end.';

function windowWords({ windows: { people, injected } }: EvaluationReport): string {
  const labelled = `${people} windows that people labelled`;
  return injected === 0 ? labelled : `${labelled} and ${injected} with an injected fault`;
}

function testedWords({ tested }: EvaluationReport): string {
  if (tested.from === null || tested.to === null) return 'but no point lies in the part that tests';
  return `${day(tested.from)} to ${day(tested.to)}`;
}

/** What decided comes first. */
function measures({ champion, challenger, windows }: EvaluationReport): Html {
  const all = measureTable(
    windows.injected === 0 ? 'All windows' : 'All windows, injected ones with them',
    champion.overall,
    challenger.overall,
  );
  if (windows.injected === 0 || windows.people === 0) return all;
  const people: readonly [SliceEvaluation, SliceEvaluation] = [champion.people, challenger.people];
  return html`${measureTable('Windows that people labelled', ...people)}${all}`;
}

function slices(title: string, champion: readonly NamedSlice[], challenger: readonly NamedSlice[], note: string): Html {
  if (champion.length === 0) return html``;
  return html`${sliceTable(title, champion, challenger)}<p class="note">${note}</p>`;
}

function weights({ challenger, champion }: TrainingReport): Html {
  const largest = Math.max(1, ...Object.values(challenger.weights), ...Object.values(champion?.weights ?? {}));
  const bar = (weight: number, whose: string) =>
    html`<td class="bar"><span class="${whose}" style="width:${((100 * weight) / largest).toFixed(1)}%"></span></td>`;
  return html`<section><h2>Weights of families</h2><table>
<thead><tr><th>family</th><th colspan="2">champion</th><th colspan="2">challenger</th></tr></thead><tbody>
${Object.entries(challenger.weights).map(([family, weight]) => {
  const before = champion?.weights[family as keyof typeof challenger.weights] ?? 1;
  return html`<tr><th>${family}</th><td>${before}</td>${bar(before, 'champion')}<td>${weight}</td>${bar(weight, 'challenger')}</tr>`;
})}</tbody></table><p class="note">What a family's surprise counts; the built-in model has 1 for all.</p></section>`;
}

function testedList({ tested, windows, split, champion, challenger }: EvaluationReport): FactList {
  const again = ({ falseAlarmsAgain }: typeof champion) => falseAlarmsAgain;
  return {
    title: 'What was tested',
    facts: [
      ['trained on what came before', moment(split.trainTo)],
      ['tested on what came from', moment(split.testFrom)],
      ['points', tested.points],
      ['sources', tested.sources],
      ['series', tested.series],
      ['weeks of series', tested.seriesWeeks.toFixed(1)],
      ['weeks of sources that chance draws', tested.blocks],
      ['windows left out, as nothing came in them that could be judged', windows.unheard],
      ['alarms that people called false', windows.falseAlarms],
      ['of which the champion alarms again', again(champion)],
      ['of which the challenger alarms again', again(challenger)],
    ],
  };
}

function reading({ level, resamples }: EvaluationReport): Html {
  return html`<section class="note"><h2>How to read this</h2>
<p>A window is found if the model alarms in it. A false alarm is an episode that begins where nobody labelled anything. Areas compare the strongest
score of each window with that of each usual day of each series, whatever the threshold. Ranges hold ${(100 * level).toFixed(0)} % of ${resamples} resamples of
weeks of sources, the same for both models: where two ranges lie apart, chance alone does not explain it.</p></section>`;
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}

function day(ms: number): string {
  return moment(ms).slice(0, 10);
}
