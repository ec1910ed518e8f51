import type { ModelEvaluation } from '../../../shared/training/evaluation-report';
import type { TrainReport } from './run-train';

/** What people read when training has ended. */
export function reportText(
  { version, split, trained, evaluation: { champion, challenger }, decision }: TrainReport,
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
    `tested from ${new Date(split.testFrom).toISOString()} on ${champion.overall.windows} windows:`,
    ...table(champion, challenger),
    ...said,
  ].join('\n')}\n`;
}

function table(champion: ModelEvaluation, challenger: ModelEvaluation): string[] {
  const rows: readonly (readonly [string, (of: ModelEvaluation) => string])[] = [
    ['', ({ model }) => model],
    ['windows found', ({ overall }) => String(overall.found)],
    ['false alarms', ({ overall }) => String(overall.falseAlarms)],
    ['  a series and week', ({ overall }) => figure(overall.falseAlarmsPerSeriesWeek)],
    ['precision', ({ overall }) => figure(overall.precision)],
    ['recall', ({ overall }) => figure(overall.recall)],
    ['F1', ({ overall }) => figure(overall.f1)],
    ['ROC area', ({ overall }) => figure(overall.rocAuc)],
    ['average precision', ({ overall }) => figure(overall.prAuc)],
    ['delay, minutes', ({ overall: { delayMs } }) => (delayMs === null ? '-' : (delayMs / 60_000).toFixed(1))],
  ];
  return rows.map(
    ([name, cell]) => `  ${name.padEnd(20)}${cell(champion).padStart(24)}${cell(challenger).padStart(24)}`,
  );
}

function figure(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
