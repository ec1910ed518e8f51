import type { FeatureVector } from '../detection/model';
import type { OpenSourceDetector, SourceDetector } from '../detection/source-detector';
import { matchesPattern, type Settings, settingsFor } from '../domain/settings';
import { indexLabels, type Label } from './labels';
import type { PointHistory } from './ports';
import { sampleHash } from './sample-hash';
import { TrainingError } from './training-error';

export interface TrainingDataConfig {
  readonly history: PointHistory;
  readonly openDetector: OpenSourceDetector;
  readonly settings: Settings;
  readonly labels: readonly Label[];
  /** Epoch milliseconds, inclusive: points before it are learnt by the engine but give no rows. */
  readonly from?: number;
  /** Epoch milliseconds, exclusive. */
  readonly to?: number;
  /** Names; `*` stands for any run of characters; absent: all. */
  readonly sources?: string;
  readonly metrics?: string;
  /** Of rows without a label, so many at most; a sample by hash, the same for the same seed whatever the order. */
  readonly rowsMax?: number;
  readonly seed: number;
}

/** A feature vector with what is known of it. */
export interface TrainingRow {
  readonly source: string;
  /** Absent: relations of the source. */
  readonly metric: string | undefined;
  readonly timestamp: number;
  readonly features: FeatureVector;
  /** What is known of this moment: real, or a false alarm; absent: nothing. */
  readonly label: Label | undefined;
}

export interface TrainingData {
  readonly rows: readonly TrainingRow[];
  /** Each row without a label stands for so many. */
  readonly unlabelledWeight: number;
  readonly points: number;
  readonly sources: number;
  /** Vectors that were left out, by reason. */
  readonly leftOut: {
    readonly young: number;
    readonly late: number;
    readonly excluded: number;
    readonly sampled: number;
  };
}

const ROWS_MAX = 200_000;
const HASHES = 2 ** 32;

/**
 * The feature store's read: replays points through the engine as the live path does, and gives the vectors that it computed
 * there. Nothing of a model, an endpoint or a cache enters, so what these lost at the time does not matter here. Vectors of
 * series too young to be judged are left out, as are those that came late and those that people excluded.
 * Memory: the detectors, `rowsMax` rows, and the labelled rows.
 *
 * @throws {TrainingError} if there are more labelled rows than 1,000,000
 */
export async function getTrainingData(config: TrainingDataConfig): Promise<TrainingData> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, settings } = config;
  const labels = indexLabels(config.labels);
  const detectors = new Map<string, SourceDetector>();
  const leftOut = { young: 0, late: 0, excluded: 0, sampled: 0 };
  const sample = openSample(config.seed, config.rowsMax ?? ROWS_MAX);
  const labelled: TrainingRow[] = [];
  let points = 0;
  for await (const point of config.history.read()) {
    const { source, timestamp } = point;
    if (timestamp >= to || !fits(config.sources, source)) continue;
    points += 1;
    const detector = detectors.get(source) ?? config.openDetector(source, settingsFor(settings, source), undefined);
    detectors.set(source, detector);
    for (const { metric, features, standing, learnt, learningNeeds } of detector.advance(point)) {
      if (features === undefined || timestamp < from || !(metric === undefined || fits(config.metrics, metric)))
        continue;
      const label = labels.at(source, metric, timestamp);
      if (standing !== 'current') leftOut.late += 1;
      else if (learnt < learningNeeds) leftOut.young += 1;
      else if (label?.verdict === 'exclude') leftOut.excluded += 1;
      else if (label === undefined) sample.offer({ source, metric, timestamp, features, label });
      else labelled.push({ source, metric, timestamp, features, label });
    }
    if (labelled.length > LABELLED_MAX) throw new TrainingError(TOO_MANY_LABELLED);
  }
  leftOut.sampled = sample.dropped();
  return {
    rows: [...labelled, ...sample.rows()],
    unlabelledWeight: sample.weight(),
    points,
    sources: detectors.size,
    leftOut,
  };
}

const LABELLED_MAX = 1_000_000;
const TOO_MANY_LABELLED = 'more than a million vectors lie in labelled windows: shorten the windows or the time range';

function fits(pattern: string | undefined, name: string): boolean {
  return pattern === undefined || matchesPattern(pattern, name);
}

/** Keeps rows whose hash is low; when there are too many, the bar is halved. What is kept does not depend on the order. */
function openSample(seed: number, rowsMax: number) {
  let kept: { readonly hash: number; readonly row: TrainingRow }[] = [];
  let bar = HASHES;
  let offered = 0;
  return {
    offer(row: TrainingRow): void {
      offered += 1;
      const hash = sampleHash(seed, row.source, row.metric ?? '', row.timestamp);
      if (hash >= bar) return;
      kept.push({ hash, row });
      while (kept.length > rowsMax && bar > 1) {
        bar /= 2;
        const halved = bar;
        kept = kept.filter((entry) => entry.hash < halved);
      }
    },
    rows: () => kept.map(({ row }) => row),
    weight: () => HASHES / bar,
    dropped: () => offered - kept.length,
  };
}
