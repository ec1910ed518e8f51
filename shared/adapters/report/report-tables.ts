import { MEASURES, type MeasureName, type NamedSlice, type SliceEvaluation } from '../../training/evaluation-report';
import { type Html, html } from '../html/html';
import type { FactList } from './training-report';
import { type Measured, whiskerSvg } from './whisker-svg';

interface MeasureWords {
  readonly words: string;
  readonly cell: (value: number) => string;
  /** Where its scale ends; absent: at the largest that is shown. */
  readonly max?: number;
}

const figure = (value: number) => value.toFixed(3);
const WORDS: Readonly<Record<MeasureName, MeasureWords>> = {
  precision: { words: 'precision', cell: figure, max: 1 },
  recall: { words: 'recall', cell: figure, max: 1 },
  f1: { words: 'F1', cell: figure, max: 1 },
  rocAuc: { words: 'area under the ROC curve', cell: figure, max: 1 },
  prAuc: { words: 'average precision', cell: figure, max: 1 },
  falseAlarmsPerSeriesWeek: { words: 'false alarms a series and week', cell: figure },
  delayMs: { words: 'delay, minutes', cell: (value) => (value / 60_000).toFixed(1) },
};

/** All measures of both models, with their ranges. */
export function measureTable(title: string, champion: SliceEvaluation, challenger: SliceEvaluation): Html {
  const count = (name: string, of: (slice: SliceEvaluation) => number) =>
    html`<tr><th>${name}</th><td>${of(champion)}</td><td></td><td>${of(challenger)}</td><td></td><td></td></tr>`;
  return html`<section><h2>${title}</h2><table>
<thead><tr><th></th><th colspan="2">champion</th><th colspan="2">challenger</th><th></th></tr></thead><tbody>
${count(`windows found, of ${champion.windows}`, ({ found }) => found)}
${count('false alarms', ({ falseAlarms }) => falseAlarms)}
${MEASURES.map((name) => {
  const [before, after] = [measured(champion, name), measured(challenger, name)];
  return html`<tr><th>${WORDS[name].words}</th>${cells(before, name)}${cells(after, name)}<td>${whiskers(before, after, name)}</td></tr>`;
})}</tbody></table></section>`;
}

/** What is told of each part: an alarm has no kind of fault, so what false alarms enter is told of groups alone. */
export function sliceTable(title: string, champion: readonly NamedSlice[], challenger: readonly NamedSlice[]): Html {
  const others = new Map(challenger.map((slice) => [slice.name, slice]));
  const isOfAll = champion.every(({ falseAlarms }) => falseAlarms === champion[0]!.falseAlarms) && champion.length > 1;
  const names: readonly MeasureName[] = ['recall', 'prAuc', 'delayMs'];
  return html`<section><h2>${title}</h2><table>
<thead><tr><th></th><th>windows</th><th colspan="2">found</th>${isOfAll ? [] : html`<th colspan="2">false alarms</th>`}
${names.map((name) => html`<th colspan="2">${WORDS[name].words}</th>`)}<th>recall, with its range</th></tr></thead><tbody>
${champion.map((before) => {
  const after = others.get(before.name) ?? before;
  const counts = isOfAll
    ? []
    : html`<td class="champion">${before.falseAlarms}</td><td class="challenger">${after.falseAlarms}</td>`;
  return html`<tr><th>${before.name}</th><td>${before.windows}</td><td class="champion">${before.found}</td><td class="challenger">${after.found}</td>${counts}
${names.map((name) => html`<td class="champion">${cell(before[name], name)}</td><td class="challenger">${cell(after[name], name)}</td>`)}
<td>${whiskers(measured(before, 'recall'), measured(after, 'recall'), 'recall')}</td></tr>`;
})}</tbody></table></section>`;
}

export function factTable({ title, facts }: FactList): Html {
  return html`<section><h2>${title}</h2><table class="facts"><tbody>${facts.map(
    ([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`,
  )}</tbody></table></section>`;
}

function measured(slice: SliceEvaluation, name: MeasureName): Measured {
  return { value: slice[name], interval: slice.intervals[name] };
}

function cells({ value, interval }: Measured, name: MeasureName): Html {
  const range = interval === null ? '' : interval.map(WORDS[name].cell).join(' – ');
  return html`<td>${cell(value, name)}</td><td class="range">${range}</td>`;
}

function cell(value: number | null, name: MeasureName): string {
  return value === null ? '–' : WORDS[name].cell(value);
}

function whiskers(before: Measured, after: Measured, name: MeasureName): Html {
  const shown = [before, after].flatMap(({ value, interval }) => [value ?? 0, ...(interval ?? [])]);
  return whiskerSvg(before, after, WORDS[name].max ?? Math.max(...shown));
}
