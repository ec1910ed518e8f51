/**
 * Scoring of the Numenta Anomaly Benchmark: early detection inside a labelled window earns, detections elsewhere cost, and
 * one threshold serves all series.
 *
 * @see Lavin and Ahmad 2015, Evaluating real-time anomaly detection algorithms, ICMLA
 */
export interface Profile {
  readonly name: string;
  readonly hit: number;
  readonly miss: number;
  readonly falseAlarm: number;
}

export const PROFILES: readonly Profile[] = [
  { name: 'standard', hit: 1, miss: 1, falseAlarm: 0.11 },
  { name: 'reward_low_FP_rate', hit: 1, miss: 1, falseAlarm: 0.22 },
  { name: 'reward_low_FN_rate', hit: 1, miss: 2, falseAlarm: 0.11 },
];

export interface LabelledSeries {
  readonly name: string;
  readonly timestamps: readonly string[];
  readonly values: Float64Array;
  /** Of each row: its window's number, or −1 outside, or −2 while the detector may still settle. */
  readonly window: Int32Array;
  /** Of each row: what a detection here is worth; 0 to 1 inside a window, −1 to 0 outside. */
  readonly worth: Float64Array;
  readonly windows: number;
}

export interface NabResult {
  readonly score: number;
  readonly threshold: number;
  readonly windowsFound: number;
  readonly falseRows: number;
}

const PROBATION_SHARE = 0.15;
const PROBATION_ROWS_MAX = 750;

/** Rows with their worth, from window limits given as timestamps. */
export function describeSeries(
  name: string,
  timestamps: readonly string[],
  values: Float64Array,
  limits: readonly (readonly [string, string])[],
): LabelledSeries {
  const rows = timestamps.length;
  const rowOf = new Map<string, number>();
  timestamps.forEach((text, row) => {
    const key = withoutFraction(text);
    if (!rowOf.has(key)) rowOf.set(key, row);
  });
  const spans = limits.map(([from, to]) => ({
    first: rowAt(rowOf, from, name),
    last: rowAt(rowOf, to, name),
  }));
  const window = new Int32Array(rows).fill(-1);
  const worth = new Float64Array(rows).fill(-1);
  spans.forEach(({ first, last }, number) => {
    const length = last - first + 1;
    for (let row = first; row <= last; row++) {
      window[row] = number;
      worth[row] = sigmoid(-(last - row + 1) / length) / sigmoid(-1);
    }
    const next = spans[number + 1]?.first ?? rows;
    for (let row = last + 1; row < next; row++) worth[row] = sigmoid((row - last) / (length - 1));
  });
  window.fill(-2, 0, Math.ceil(Math.min(Math.floor(PROBATION_SHARE * rows), PROBATION_ROWS_MAX)));
  return { name, timestamps, values, window, worth, windows: spans.length };
}

function rowAt(rowOf: ReadonlyMap<string, number>, text: string, name: string): number {
  const row = rowOf.get(withoutFraction(text));
  if (row === undefined) throw new Error(`${name}: window limit ${text} is no row`);
  return row;
}

function withoutFraction(text: string): string {
  return text.trim().replace('T', ' ').replace(/\.0+$/, '');
}

function sigmoid(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

/** One step of lowering the threshold: at this score the raw result changes by so much. */
interface Step {
  readonly score: number;
  readonly gain: number;
}

/**
 * The benchmark's result in percent: 0 when nothing is ever detected, 100 when every window is found at its first row and
 * nothing else.
 *
 * @param scores of each series, a row each; a detection is a score at or above the threshold
 * @param threshold a fixed one; absent: the best for this profile
 */
export function scoreNab(
  corpus: readonly LabelledSeries[],
  scores: readonly Float64Array[],
  profile: Profile,
  threshold?: number,
): NabResult {
  const { gain, at } =
    threshold === undefined
      ? bestThreshold(corpus, scores, profile)
      : { gain: gainAt(corpus, scores, profile, threshold), at: threshold };
  return { score: inPercent(corpus, profile, gain), threshold: at, ...count(corpus, scores, at) };
}

/**
 * The same, but each category is judged at the threshold that is best for all others: nothing is chosen on what is judged.
 * The threshold reported is their mean.
 */
export function scoreNabByOthers(
  corpus: readonly LabelledSeries[],
  scores: readonly Float64Array[],
  profile: Profile,
): NabResult {
  const categories = [...new Set(corpus.map(categoryOf))];
  const judged = categories.map((category) => {
    const [own, others] = [
      corpus.map((one) => categoryOf(one) === category),
      corpus.map((one) => categoryOf(one) !== category),
    ];
    const [ownCorpus, ownScores] = [corpus.filter((_, k) => own[k]), scores.filter((_, k) => own[k])];
    const { at } = bestThreshold(
      corpus.filter((_, k) => others[k]),
      scores.filter((_, k) => others[k]),
      profile,
    );
    return { at, gain: gainAt(ownCorpus, ownScores, profile, at), ...count(ownCorpus, ownScores, at) };
  });
  const sum = (of: (one: (typeof judged)[number]) => number) => judged.reduce((all, one) => all + of(one), 0);
  return {
    score: inPercent(
      corpus,
      profile,
      sum((one) => one.gain),
    ),
    threshold: sum((one) => one.at) / judged.length,
    windowsFound: sum((one) => one.windowsFound),
    falseRows: sum((one) => one.falseRows),
  };
}

/** The folder that a series lies in. */
export function categoryOf({ name }: LabelledSeries): string {
  return name.slice(0, name.indexOf('/'));
}

/** Of what there is to gain over a detector that never speaks. */
function inPercent(corpus: readonly LabelledSeries[], { hit, miss }: Profile, gain: number): number {
  const windows = corpus.reduce((sum, series) => sum + series.windows, 0);
  return (100 * gain) / ((hit + miss) * windows);
}

/** What detections at this threshold gain over a detector that never speaks. */
function gainAt(
  corpus: readonly LabelledSeries[],
  scores: readonly Float64Array[],
  profile: Profile,
  threshold: number,
): number {
  return allSteps(corpus, scores, profile).reduce((sum, { score, gain }) => (score >= threshold ? sum + gain : sum), 0);
}

function bestThreshold(
  corpus: readonly LabelledSeries[],
  scores: readonly Float64Array[],
  profile: Profile,
): { readonly gain: number; readonly at: number } {
  const steps = allSteps(corpus, scores, profile).sort((a, b) => b.score - a.score);
  let gain = 0;
  let best = 0;
  let at = Number.POSITIVE_INFINITY;
  steps.forEach((step, k) => {
    gain += step.gain;
    if (step.score === steps[k + 1]?.score || gain <= best) return;
    best = gain;
    at = step.score;
  });
  return { gain: best, at };
}

function allSteps(corpus: readonly LabelledSeries[], scores: readonly Float64Array[], profile: Profile): Step[] {
  return corpus.flatMap((series, k) => stepsOf(series, scores[k]!, profile));
}

/** Inside a window only its earliest detection counts, so only rows above all earlier ones of the window are steps. */
function stepsOf(series: LabelledSeries, scores: Float64Array, profile: Profile): Step[] {
  const steps: Step[] = [];
  const records: number[][] = Array.from({ length: series.windows }, () => []);
  scores.forEach((score, row) => {
    const window = series.window[row]!;
    if (window === -2 || Number.isNaN(score)) return;
    if (window === -1) steps.push({ score, gain: profile.falseAlarm * series.worth[row]! });
    else {
      const record = records[window]!;
      const highest = record[record.length - 1];
      if (highest === undefined || score > scores[highest]!) record.push(row);
    }
  });
  for (const record of records) {
    record.forEach((row, k) => {
      const later = record[k + 1];
      // The highest is found first when the threshold sinks; each earlier one then replaces it.
      const gain =
        later === undefined
          ? profile.hit * series.worth[row]! + profile.miss
          : profile.hit * (series.worth[row]! - series.worth[later]!);
      steps.push({ score: scores[row]!, gain });
    });
  }
  return steps;
}

function count(
  corpus: readonly LabelledSeries[],
  scores: readonly Float64Array[],
  threshold: number,
): { windowsFound: number; falseRows: number } {
  let windowsFound = 0;
  let falseRows = 0;
  corpus.forEach((series, k) => {
    const found = new Set<number>();
    scores[k]!.forEach((score, row) => {
      const window = series.window[row]!;
      if (window === -2 || !(score >= threshold)) return;
      if (window === -1) falseRows++;
      else found.add(window);
    });
    windowsFound += found.size;
  });
  return { windowsFound, falseRows };
}
