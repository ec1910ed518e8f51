// The product's engine on series whose shape is wrong rather than their values.
// npm run bench:shapes -- DIR [--results DIR] [--without PART,…] [--ablate]
import { areas } from './area-score';
import { benchArguments } from './arguments';
import { mean } from './averages';
import { type ArchiveSeries, type RowLabelledSeries, readLabelledSeries } from './labelled-series';
import { NOTHING_OUT, type PartsOut, SERIES_PARTS } from './parts';
import { windowedGaussian } from './peers/windowed-gaussian';
import { printTable } from './print-table';
import { scoreSeries } from './score-series';
import { writeResults } from './write-results';

const START_MS = Date.UTC(2024, 0, 1);
const EVERY_MS = 60_000;
/** Slack of the archive's own rule. */
const SLACK_ROWS_MIN = 100;

const { folder, results, without, ablate } = benchArguments(
  'shapes',
  'UCR anomaly archive files (*_TRAIN_START_END.txt) and labelled series (*.out)',
);
const all = readLabelledSeries(folder);
const archive = all.filter((series) => series.kind === 'archive');
const labelled = all.filter((series) => series.kind === 'rows');

console.log(`${all.length} series, ${all.reduce((sum, { values }) => sum + values.length, 0)} rows, one a minute
UCR archive: found when the highest score after training lies within max(100, length) rows of the one anomaly
Labelled: average precision and ROC area of anomaly_score over all rows
`);
const anomalyScores = (out: PartsOut) => (values: readonly number[]) => scored(values, out).anomaly;
if (ablate) {
  const outs = [
    NOTHING_OUT,
    ...SERIES_PARTS.filter((part) => part !== 'refractory').map((part): PartsOut => new Set([part])),
  ];
  print(
    'without',
    outs.map((out) => [[...out].join(', ') || 'nothing', anomalyScores(out)]),
  );
} else {
  const name = without.size === 0 ? 'Tidewatch' : `Tidewatch without ${[...without].join(', ')}`;
  print('detector', [
    [name, anomalyScores(without)],
    ['  without shapes', anomalyScores(new Set(['shape']))],
    ['windowed Gaussian', windowedGaussian],
    ['change from the value before', steps],
  ]);
}
if (results !== undefined) save(results);

function scored(values: readonly number[], out: PartsOut) {
  return scoreSeries(
    values.map((_, row) => START_MS + row * EVERY_MS),
    values,
    out,
  );
}

/** A floor that knows nothing but the last value. */
function steps(values: readonly number[]): Float64Array {
  return Float64Array.from(values, (value, row) => Math.abs(value - (values[row - 1] ?? value)));
}

function print(
  title: string,
  lines: readonly (readonly [string, (values: readonly number[]) => Float64Array])[],
): void {
  printTable(
    [title, 'UCR found', 'which', 'mean AP', 'mean ROC', ...labelled.map(({ name }) => `AP ${name.slice(0, 10)}`)],
    lines.map(([name, judge]) => {
      const found = archive.filter((series) => isFound(series, judge(series.values)));
      const byRow = labelled.map((series: RowLabelledSeries) => areas(judge(series.values), series.labels));
      return [
        name,
        `${found.length} of ${archive.length}`,
        found.map((series) => series.name.slice(0, 3)).join(' '),
        mean(byRow.map(({ precision }) => precision)).toFixed(3),
        mean(byRow.map(({ roc }) => roc)).toFixed(3),
        ...byRow.map(({ precision }) => precision.toFixed(3)),
      ];
    }),
  );
}

/** Is the highest score after training near the one anomaly? */
function isFound({ trainRows, first, last }: ArchiveSeries, scores: Float64Array): boolean {
  let highest = trainRows;
  for (let row = trainRows; row < scores.length; row++) if (scores[row]! > scores[highest]!) highest = row;
  const slack = Math.max(SLACK_ROWS_MIN, last - first + 1);
  return highest >= first - slack && highest <= last + slack;
}

function save(target: string): void {
  for (const { name, values } of all) {
    const { anomaly, alarm } = scored(values, without);
    writeResults(target, `${name}.csv`, { value: values, anomaly_score: anomaly, alarm_score: alarm });
  }
  console.log(`\nresults in ${target}`);
}
