import type { EvaluationReport, ModelEvaluation } from '../../../shared/training/evaluation-report';
import type { Outcome } from '../../../shared/training/plan';

const VERDICTS: Readonly<Record<Outcome['result'], (version: number | undefined) => string>> = {
  live: (version) => `version ${version} is champion`,
  refused: (version) => `version ${version} is refused; the champion stays`,
  'refused-in-shadow': (version) => `version ${version} is refused by live data; the champion stays`,
  'rolled-back': (version) => `version ${version} went back by itself; the champion stays`,
  challenger: (version) => `version ${version} is challenger`,
  'nothing-to-train-on': () => 'there is nothing to train on; nothing was registered',
  failed: () => 'training failed; nothing of it is live',
};

/** What people read when training has ended. @param page where the report for people is */
export function reportText(
  { run, result, version, reasons }: Outcome,
  evaluation: EvaluationReport | undefined,
  page: string,
  brief: boolean,
): string {
  const said = [VERDICTS[result](version), ...reasons.map((reason) => `  ${reason}`)];
  if (brief || evaluation === undefined) return `${said.join('\n')}\n`;
  const { champion, challenger, split } = evaluation;
  const next = result === 'challenger' ? [`then: tidewatch train --go-on ${run}`] : [];
  return `${[
    `tested from ${new Date(split.testFrom).toISOString()} on ${champion.overall.windows} windows:`,
    ...table(champion, challenger),
    ...said,
    ...next,
    `report: ${page}`,
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
