// The product's engine over the Numenta Anomaly Benchmark.
// npm run bench:nab -- DIR [--results DIR]; DIR holds data/ and labels/ of the benchmark
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadNab, nabTime } from './nab-corpus';
import { type LabelledSeries, PROFILES, scoreNab } from './nab-score';
import { type SeriesScores, scoreSeries } from './score-series';

/** alarm_score at which the product alarms unless told otherwise. */
const DEFAULT_THRESHOLD = 0.5;

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run bench:nab -- DIR [--results DIR]');
  process.exit(2);
}
const corpus = loadNab(folder);
const started = performance.now();
const results = corpus.map((series) => scoreSeries(series.timestamps.map(nabTime), series.values));
const seconds = (performance.now() - started) / 1000;
const rows = corpus.reduce((sum, series) => sum + series.values.length, 0);
console.log(`${corpus.length} series, ${rows} rows, ${seconds.toFixed(2)} s`);
report(corpus, results);
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

function writeResult(folder: string, { name, timestamps, values }: LabelledSeries, scores: SeriesScores): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const lines = timestamps.map((text, row) => `${text},${values[row]},${scores.anomaly[row]},${scores.alarm[row]}`);
  writeFileSync(file, `timestamp,value,anomaly_score,alarm_score\n${lines.join('\n')}\n`);
}
