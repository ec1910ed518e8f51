// The product's engine over the Numenta Anomaly Benchmark, beside published detectors and floors computed here.
// npm run bench:nab -- DIR [--results DIR] [--without PART,…] [--ablate] [--by-category]
import { benchArguments } from './arguments';
import { mean } from './averages';
import { openBandCoverage } from './band-coverage';
import { loadNab, nabTime } from './nab-corpus';
import { NAB_PEERS } from './nab-peers';
import { categoryOf, type NabResult, PROFILES, type Profile, scoreNab, scoreNabByOthers } from './nab-score';
import { NOTHING_OUT, type PartsOut, SERIES_PARTS } from './parts';
import { heldBack } from './peers/held-back';
import { windowedGaussian } from './peers/windowed-gaussian';
import { printTable } from './print-table';
import { scoreSeries } from './score-series';
import type { SourceScores } from './score-source';
import { writeResults } from './write-results';

/** alarm_score at which the product alarms unless told otherwise. */
const DEFAULT_THRESHOLD = 0.5;
const BLIND_EVERY_ROWS = 500;

const { folder, results: target, without, ablate, flag } = benchArguments('nab', 'data/ and labels/ of the benchmark');
const corpus = loadNab(folder);
const times = corpus.map((series) => series.timestamps.map(nabTime));
const results = scored(without);

console.log(`Numenta Anomaly Benchmark: ${corpus.length} series, ${total(({ values }) => values.length)} rows, ${total(({ windows }) => windows)} windows; the first 15 % of a series (at most 750 rows) is not judged
Columns: standard, reward low FP rate, reward low FN rate; then windows found and false rows under standard
`);
if (ablate) ablations();
else if (flag('by-category')) byCategory();
else comparison();
if (target !== undefined) save(target);

function scored(out: PartsOut): SourceScores[] {
  return corpus.map((series, k) => scoreSeries(times[k]!, series.values, out));
}

function comparison(): void {
  const gaussian = corpus.map(({ values }) => windowedGaussian(values));
  const alarms = results.map(({ alarm }) => alarm);
  const ours = without.size === 0 ? 'Tidewatch' : `Tidewatch without ${[...without].join(', ')}`;
  printTable(
    ['detector', 'standard', 'low FP', 'low FN', 'threshold', 'windows', 'false rows'],
    [
      row(`${ours}, threshold optimised`, (profile) => scoreNab(corpus, alarms, profile)),
      row(`${ours}, as shipped`, (profile) => scoreNab(corpus, alarms, profile, DEFAULT_THRESHOLD)),
      row(`${ours}, threshold of the other categories`, (profile) => scoreNabByOthers(corpus, alarms, profile)),
      ...NAB_PEERS.map(({ name, scores }) => [`${name} (published)`, ...scores.map((score) => score.toFixed(1))]),
      row('windowed Gaussian (computed here)', (profile) => scoreNab(corpus, gaussian, profile)),
      row('windowed Gaussian with our refractory', (profile) => {
        const held = gaussian.map((scores, k) => heldBack(scores, times[k]!));
        return scoreNab(corpus, held, profile);
      }),
      row(`an alarm every ${BLIND_EVERY_ROWS} rows, blind`, (profile) =>
        scoreNab(corpus, corpus.map(blind), profile, 1),
      ),
    ],
  );
  console.log(`\n${bandWords()}; ${mean(results.map((one) => one.microsecondsARow)).toFixed(1)} µs a row`);
}

/** Detections of a clock. */
function blind({ values }: { readonly values: Float64Array }): Float64Array {
  return values.map((_, k) => (k % BLIND_EVERY_ROWS === BLIND_EVERY_ROWS - 1 ? 1 : 0));
}

function row(name: string, judged: (profile: Profile) => NabResult): string[] {
  const byProfile = PROFILES.map(judged);
  const [standard] = byProfile as [NabResult];
  return [
    name,
    ...byProfile.map(({ score }) => score.toFixed(2)),
    standard.threshold.toFixed(3),
    String(standard.windowsFound),
    String(standard.falseRows),
  ];
}

/** What each part is worth: left out alone, all else as it is. */
function ablations(): void {
  const outs: PartsOut[] = [NOTHING_OUT, ...SERIES_PARTS.map((part) => new Set([part]))];
  printTable(
    ['without', 'standard', 'low FP', 'low FN', 'threshold', 'windows', 'false rows', 'standard as shipped'],
    outs.map((out) => {
      const alarms = scored(out).map(({ alarm }) => alarm);
      const shipped = scoreNab(corpus, alarms, PROFILES[0]!, DEFAULT_THRESHOLD);
      const name = [...out].join(', ') || 'nothing';
      return [...row(name, (profile) => scoreNab(corpus, alarms, profile)), shipped.score.toFixed(2)];
    }),
  );
}

/** As shipped; without windows there is nothing to gain, only false rows to count. */
function byCategory(): void {
  const categories = [...new Set(corpus.map(categoryOf))];
  printTable(
    ['category, as shipped', 'standard', 'low FP', 'low FN', 'threshold', 'windows', 'false rows'],
    categories.map((category) => {
      const own = corpus.filter((series) => categoryOf(series) === category);
      const alarms = results.filter((_, k) => categoryOf(corpus[k]!) === category).map(({ alarm }) => alarm);
      const cells = row(category, (profile) => scoreNab(own, alarms, profile, DEFAULT_THRESHOLD));
      return own.some(({ windows }) => windows > 0)
        ? cells
        : cells.map((cell, at) => (at >= 1 && at <= 3 ? '–' : cell));
    }),
  );
}

function bandWords(): string {
  const coverage = openBandCoverage();
  corpus.forEach(({ name, window, values }, k) => {
    const { lower, upper } = results[k]!;
    for (const [row, value] of values.entries())
      if (window[row] === -1) coverage.see(name, value, lower[row], upper[row]);
  });
  return coverage.words('the rows outside windows');
}

function save(target: string): void {
  corpus.forEach(({ name, timestamps, values }, k) => {
    const { anomaly, alarm } = results[k]!;
    writeResults(target, name.replace('/', '/tidewatch_'), {
      timestamp: timestamps,
      value: values,
      anomaly_score: anomaly,
      alarm_score: alarm,
    });
  });
  console.log(`\nresults in ${target}: the product's alarms are its column alarm_score`);
}

function total(of: (series: (typeof corpus)[number]) => number): number {
  return corpus.reduce((sum, series) => sum + of(series), 0);
}
