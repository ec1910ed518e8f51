import type { EvaluationReport, ModelEvaluation } from '../../training/evaluation-report';
import { Html, html } from '../html/html';
import { type CurveChart, curveSvg } from './curve-svg';

/** The axis of false alarms ends at so many times what the models give. */
const BEYOND = 4;

/** Curves of both models: at every threshold, and where they are now. */
export function curvesOf({ champion, challenger, tested, windows }: EvaluationReport): Html {
  const days = { champion: champion.curves, challenger: challenger.curves };
  if (windows.people + windows.injected === 0 || tested.points === 0) return html``;
  const at = { champion: operatingPoint(champion), challenger: operatingPoint(challenger) };
  const charts: readonly (readonly [string, CurveChart])[] = [
    [
      'ROC',
      {
        name: 'roc',
        x: 'share of usual days',
        y: 'share of windows',
        champion: days.champion.roc,
        challenger: days.challenger.roc,
        chance: [
          [0, 0],
          [1, 1],
        ],
      },
    ],
    [
      'Precision and recall',
      {
        name: 'pr',
        x: 'recall',
        y: 'precision, of windows and days',
        champion: days.champion.pr,
        challenger: days.challenger.pr,
      },
    ],
    [
      'Recall for false alarms',
      {
        name: 'alarms',
        x: 'false alarms a series and week',
        y: 'recall',
        champion: days.champion.alarms,
        challenger: days.challenger.alarms,
        at,
        xMax: roundUp(BEYOND * Math.max(at.champion[0], at.challenger[0])),
      },
    ],
  ];
  return html`<section><h2>At every threshold</h2><div class="charts">${charts.map(
    ([title, chart]) => html`<figure><figcaption>${title}</figcaption>${new Html(curveSvg(chart))}</figure>`,
  )}</div><p class="note">Diamonds: where the models are at the thresholds that are set.</p></section>`;
}

function operatingPoint({ overall }: ModelEvaluation): [number, number] {
  return [overall.falseAlarmsPerSeriesWeek ?? 0, overall.recall ?? 0];
}

/** To one digit, as an axis ends. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return Number((Math.ceil(value / unit) * unit).toPrecision(6));
}
