// The product's engine over the Numenta Anomaly Benchmark.
// npm run bench:nab -- DIR [--results DIR] [--without NAME,…]; DIR holds data/ and labels/ of the benchmark
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadNab, nabTime } from './nab-corpus';
import { type LabelledSeries, PROFILES, scoreNab } from './nab-score';
import { hiddenFeatures, type SeriesScores, scoreSeries } from './score-series';

/** alarm_score at which the product alarms unless told otherwise. */
const DEFAULT_THRESHOLD = 0.5;

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run bench:nab -- DIR [--results DIR] [--without NAME,…]');
  process.exit(2);
}
const corpus = loadNab(folder);
const without = hiddenFeatures(flags);
const started = performance.now();
const results = corpus.map((series) => scoreSeries(series.timestamps.map(nabTime), series.values, without));
const seconds = (performance.now() - started) / 1000;
const rows = corpus.reduce((sum, series) => sum + series.values.length, 0);
console.log(`${corpus.length} series, ${rows} rows, ${seconds.toFixed(2)} s`);
report(corpus, results);
reportBand(corpus, results);
const at = flags.indexOf('--results');
if (at >= 0) for (const [k, series] of corpus.entries()) writeResult(flags[at + 1]!, series, results[k]!);

function report(corpus: readonly LabelledSeries[], results: readonly SeriesScores[]): void {
  const alarms = results.map(({ alarm }) => alarm);
  for (const threshold of [undefined, DEFAULT_THRESHOLD]) {
    console.log(threshold === undefined ? 'threshold optimised' : `alarm_score ≥ ${threshold}`);
    for (const profile of PROFILES) {
      const { score, threshold: used, windowsFound, falseRows } = scoreNab(corpus, alarms, profile, threshold);
      console.log(
        `  ${profile.name.padEnd(20)} ${score.toFixed(2).padStart(6)}  threshold ${used.toFixed(4)}  windows ${windowsFound}  false ${falseRows}`,
      );
    }
  }
}

/** How much of what is normal the bands hold, series by series. */
function reportBand(corpus: readonly LabelledSeries[], results: readonly SeriesScores[]): void {
  const shares = corpus.map(({ window, values }, k) => {
    const { lower, upper } = results[k]!;
    const judged = Array.from(values.keys()).filter((row) => window[row] === -1 && !Number.isNaN(lower[row]!));
    const held = judged.filter((row) => values[row]! >= lower[row]! && values[row]! <= upper[row]!);
    return held.length / judged.length;
  });
  const sorted = shares.filter((share) => !Number.isNaN(share)).sort((a, b) => a - b);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const mean = sorted.reduce((sum, share) => sum + share, 0) / sorted.length;
  console.log(
    `band holds ${percent(mean)} of the rows outside windows (lowest ${percent(sorted[0]!)}, highest ${percent(sorted[sorted.length - 1]!)})`,
  );
}

function writeResult(folder: string, { name, timestamps, values }: LabelledSeries, scores: SeriesScores): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const lines = timestamps.map((text, row) => `${text},${values[row]},${scores.anomaly[row]},${scores.alarm[row]}`);
  writeFileSync(file, `timestamp,value,anomaly_score,alarm_score\n${lines.join('\n')}\n`);
}
