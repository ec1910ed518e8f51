// The product's engine on sources of several metrics with labelled faults: the source's own scores, relations and metrics together.
// npm run bench:multi -- DIR [--skip 400] [--results DIR] [--without PART,…] [--ablate]
import { type Areas, areas } from './area-score';
import { benchArguments } from './arguments';
import { mean, median } from './averages';
import { NOTHING_OUT, PARTS, type PartsOut } from './parts';
import { hotelling } from './peers/hotelling';
import { windowedGaussian } from './peers/windowed-gaussian';
import { printTable } from './print-table';
import { type AlarmTally, addTally, NO_ALARMS, tallyAlarms } from './relations/alarm-tally';
import { columnsOf, type LabelledRows, readLabelledRows } from './relations/labelled-rows';
import { scoreSource } from './score-source';
import { writeResults } from './write-results';

/** alarm_score at which the product alarms unless told otherwise. */
const DEFAULT_THRESHOLD = 0.5;

const { folder, results, without, ablate, option } = benchArguments(
  'multi',
  'CSV files: timestamp, metrics…, is_anomaly',
);
const skip = Number(option('skip') ?? 400);
const sources = readLabelledRows(folder);

/** What is known of one source by one detector. */
interface Judged extends Areas {
  /** Absent for a detector that has no threshold. */
  readonly tally: AlarmTally | undefined;
}

const rows = sources.reduce((sum, source) => sum + source.rows.length, 0);
console.log(`${sources.length} sources of several metrics, ${rows} rows; the first ${skip} rows of each are not judged
Columns: mean area under the ROC curve and mean average precision over the rows of the source's score; then faults with an
alarm, rows from a fault's first to its alarm (median), and false episodes in rows without a fault
`);
if (ablate) print(['nothing', ...PARTS].map((part) => [part, ours(part === 'nothing' ? NOTHING_OUT : partsOf(part))]));
else comparison();
if (results !== undefined) save(results);

function partsOf(part: string): PartsOut {
  return new Set(PARTS.filter((known) => known === part));
}

function comparison(): void {
  const name = without.size === 0 ? 'Tidewatch' : `Tidewatch without ${[...without].join(', ')}`;
  const judged = ours(without);
  print([
    [`${name}: the source's score`, judged],
    ['  its relations alone', ours(new Set(['metrics']))],
    ['  its metrics alone', ours(new Set(['relation']))],
    [`Hotelling T², frozen after ${skip} rows`, sources.map((one) => ranked(one, hotelling(one.rows, skip)))],
    ['windowed Gaussian, largest of the metrics', sources.map((one) => ranked(one, largestGaussian(one)))],
  ]);
  console.log('');
  printTable(
    ['source', 'ROC area', 'T²', 'found', 'delay', 'false episodes'],
    sources.map((source, k) => {
      const { roc, tally } = judged[k]!;
      const floor = areas(hotelling(source.rows, skip), source.labels, skip).roc;
      const { found, faults, delays, falseEpisodes } = tally!;
      const cells = [roc.toFixed(3), floor.toFixed(3), `${found} of ${faults}`, delays.join(', ') || '–'];
      return [source.name, ...cells, String(falseEpisodes)];
    }),
  );
}

function ours(out: PartsOut): Judged[] {
  return sources.map((source) => {
    const { anomaly, alarm } = scoreSource(columnsOf(source), out);
    const alarms = alarm.map((score) => (score >= DEFAULT_THRESHOLD ? 1 : 0));
    return { ...ranked(source, anomaly), tally: tallyAlarms(alarms, source.labels, skip) };
  });
}

function ranked(source: LabelledRows, scores: Float64Array): Judged {
  return { ...areas(scores, source.labels, skip), tally: undefined };
}

/** The plainest way from metrics to a source. */
function largestGaussian(source: LabelledRows): Float64Array {
  const byMetric = columnsOf(source).columns.map(windowedGaussian);
  return Float64Array.from(source.rows, (_, row) => Math.max(...byMetric.map((scores) => scores[row]!)));
}

function print(lines: readonly (readonly [string, readonly Judged[]])[]): void {
  printTable(
    [ablate ? 'without' : 'detector', 'ROC area', 'AP', 'found', 'delay', 'false episodes'],
    lines.map(([name, judged]) => [
      name,
      mean(judged.map(({ roc }) => roc)).toFixed(4),
      mean(judged.map(({ precision }) => precision)).toFixed(4),
      ...alarmCells(judged.flatMap(({ tally }) => tally ?? [])),
    ]),
  );
}

function alarmCells(tallies: readonly AlarmTally[]): string[] {
  if (tallies.length === 0) return ['–', '–', '–'];
  const all = tallies.reduce(addTally, NO_ALARMS);
  return [`${all.found} of ${all.faults}`, median(all.delays).toFixed(1), `${all.falseEpisodes} in ${all.normalRows}`];
}

function save(target: string): void {
  for (const source of sources) {
    const { anomaly, alarm } = scoreSource(columnsOf(source), without);
    writeResults(target, `${source.name}.csv`, {
      timestamp: source.timestamps.map((ms) => new Date(ms).toISOString()),
      anomaly_score: anomaly,
      alarm_score: alarm,
    });
  }
  console.log(`\nresults in ${target}`);
}
