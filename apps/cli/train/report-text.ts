import type { Evaluation } from '../../../shared/training/evaluate';
import type { TrainReport } from './run-train';

/** What people read when training has ended. */
export function reportText(
  { version, split, trained, champion, challenger, decision }: TrainReport,
  brief: boolean,
): string {
  const { artifact } = trained;
  const verdict = decision.promote
    ? `version ${version} is champion`
    : `version ${version} is refused; ${champion.model} stays champion`;
  const said = [verdict, ...decision.reasons.map((reason) => `  ${reason}`)];
  if (brief) return `${said.join('\n')}\n`;
  const weights = Object.entries(artifact.weights).map(([family, weight]) => `${family} ${weight}`);
  return `${[
    `trained on ${trained.windows} labelled windows and ${trained.rows} usual vectors before ${new Date(split.trainTo).toISOString()}`,
    `weights (built-in: 1): ${weights.join(', ')}`,
    `tested from ${new Date(split.testFrom).toISOString()} on ${champion.windows} windows:`,
    ...table(champion, challenger),
    ...said,
  ].join('\n')}\n`;
}

function table(champion: Evaluation, challenger: Evaluation): string[] {
  const rows: readonly (readonly [string, (of: Evaluation) => string])[] = [
    ['', ({ model }) => model],
    ['windows found', ({ found }) => String(found)],
    ['false alarms', ({ falseAlarms }) => String(falseAlarms)],
    ['  a series and week', ({ falseAlarmsPerSeriesWeek }) => falseAlarmsPerSeriesWeek.toFixed(3)],
    ['precision', ({ precision }) => precision.toFixed(3)],
    ['recall', ({ recall }) => recall.toFixed(3)],
    ['F1', ({ f1 }) => f1.toFixed(3)],
    ['ROC area', ({ rocAuc }) => rocAuc.toFixed(3)],
    ['average precision', ({ prAuc }) => prAuc.toFixed(3)],
    ['delay, minutes', ({ delayMs }) => (Number.isNaN(delayMs) ? '-' : (delayMs / 60_000).toFixed(1))],
  ];
  return rows.map(
    ([name, cell]) => `  ${name.padEnd(20)}${cell(champion).padStart(24)}${cell(challenger).padStart(24)}`,
  );
}
