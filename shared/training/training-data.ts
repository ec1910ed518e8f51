import { builtInModel } from '../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION, type FeatureVector } from '../detection/model';
import type { OpenSourceDetector, SourceDetector } from '../detection/source-detector';
import { matchesPattern, type Settings, settingsFor } from '../domain/settings';
import { Distributions } from './distributions';
import { indexLabels, type Label } from './labels';
import type { PastPoint, PointHistory } from './ports';
import type { ReplayCheckpoints, ReplayState } from './replay-checkpoints';
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
  /**
   * Epoch milliseconds, exclusive: where the part that trains ends; absent: `to`. Vectors from there on give no rows, so that
   * nothing of them, and not their number either, reaches a model.
   */
  readonly trainTo?: number;
  /** Epoch milliseconds, inclusive: from where on distributions are counted, up to `to`; absent: from the first. */
  readonly countedFrom?: number;
  /**
   * Leaves out what the history marks: live it was scored without the endpoint, or from a memory that was being filled. The
   * vectors of a replay are whole all the same; only a local store has marks.
   */
  readonly leaveOutMarked?: boolean;
  /** For a replay that may be interrupted; used where the history is by source, and gives the same points again. */
  readonly checkpoints?: ReplayCheckpoints;
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
  /** Of the vectors. */
  readonly schema: number;
  /** By source, metric and time, whatever the order of the history. */
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
    readonly marked: number;
    readonly sampled: number;
  };
  /**
   * Of all vectors from `countedFrom` on, not of a sample, but those of injected faults; what people excluded is in it, as it
   * is live. Scores are the built-in model's.
   */
  readonly distributions: Distributions;
  /** Some of these vectors, for the scores of other models. */
  readonly counted: {
    readonly vectors: readonly FeatureVector[];
    /** Each stands for so many. */
    readonly weight: number;
  };
}

const ROWS_MAX = 200_000;
/** Of the vectors whose distributions are counted: by chance, a share of scores is off by 0.4 % at most. */
const COUNTED_MAX = 20_000;
const HASHES = 2 ** 32;

/**
 * The feature store's read: replays points through the engine as the live path does, and gives the vectors that it computed
 * there. Nothing of a model, an endpoint or a cache enters, so what these lost at the time does not matter here. Vectors of
 * series too young to be judged are left out, as are those that came late and those that people excluded.
 * Memory: `rowsMax` rows and 20,000 more, the labelled rows, and the detectors: of one source, where the history is by source, else of all.
 * O(points) time.
 *
 * @throws {TrainingError} if there are no points, or more labelled rows than 1,000,000
 */
export async function getTrainingData(config: TrainingDataConfig): Promise<TrainingData> {
  const { to = Number.POSITIVE_INFINITY, history, sources } = config;
  const checkpoints = history.bySource ? config.checkpoints : undefined;
  const gathering = openGathering(config);
  const saved = await checkpoints?.load();
  if (saved !== undefined) gathering.restore(saved);
  let behind = saved?.points ?? 0;
  let before: string | undefined;
  for await (const point of history.read()) {
    const { source, timestamp } = point;
    if (timestamp >= to || !fits(sources, source)) continue;
    if (behind > 0) {
      behind -= 1;
      continue;
    }
    if (before !== undefined && before !== source) await checkpoints?.offer(gathering.state);
    before = source;
    gathering.take(point);
  }
  return gathering.data();
}

/** What a replay comes to, point by point. */
function openGathering(config: TrainingDataConfig) {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, trainTo = to } = config;
  const { countedFrom = Number.NEGATIVE_INFINITY } = config;
  const labels = indexLabels(config.labels);
  const detectors = openDetectors(config);
  const leftOut = { young: 0, late: 0, excluded: 0, marked: 0, sampled: 0 };
  let distributions = new Distributions(builtInModel.version);
  const sample = openSample(config.seed, config.rowsMax ?? ROWS_MAX);
  const counted = openSample(config.seed, COUNTED_MAX);
  const labelled: TrainingRow[] = [];
  const places = new Map(config.labels.map((label, place) => [label, place]));
  let points = 0;
  return {
    take(point: PastPoint): void {
      const { source, timestamp } = point;
      points += 1;
      for (const observation of detectors.of(source).advance(point)) {
        const { metric, features, standing, learnt, learningNeeds } = observation;
        if (features === undefined || timestamp < from || !(metric === undefined || fits(config.metrics, metric)))
          continue;
        const label = labels.at(source, metric, timestamp);
        if (timestamp >= countedFrom && label?.origin !== 'injected') {
          const isCounted = distributions.add(observation, builtInModel.score(features).anomaly);
          if (isCounted) counted.offer({ source, metric, timestamp, features, label: undefined });
        }
        if (timestamp >= trainTo) continue;
        if (standing !== 'current') leftOut.late += 1;
        else if (learnt < learningNeeds) leftOut.young += 1;
        else if (label?.verdict === 'exclude') leftOut.excluded += 1;
        else if (config.leaveOutMarked && isMarked(point, metric)) leftOut.marked += 1;
        else if (label === undefined) sample.offer({ source, metric, timestamp, features, label });
        else labelled.push({ source, metric, timestamp, features, label });
      }
      if (labelled.length > LABELLED_MAX) throw new TrainingError(TOO_MANY_LABELLED);
    },
    state: (): ReplayState => ({
      points,
      sources: detectors.sources(),
      leftOut: { ...leftOut },
      distributions: distributions.toJSON(),
      labelled: labelled.map(({ label, ...row }) => ({ ...row, label: places.get(label!)! })),
      sample: sample.state(),
      counted: counted.state(),
    }),
    restore(state: ReplayState): void {
      points = state.points;
      detectors.restore(state.sources);
      Object.assign(leftOut, state.leftOut);
      distributions = Distributions.from(state.distributions);
      // A window is known by its label itself.
      labelled.push(
        ...state.labelled.map(({ label, ...row }) => ({ ...row, metric: row.metric, label: config.labels[label]! })),
      );
      sample.restore(state.sample);
      counted.restore(state.counted);
    },
    data(): TrainingData {
      if (points === 0)
        throw new TrainingError(
          'there are no points of this time and these sources to train on: do the names fit the data?',
        );
      leftOut.sampled = sample.dropped();
      return {
        schema: FEATURE_SCHEMA_VERSION,
        rows: [...labelled, ...sample.rows()].sort(byPlace),
        unlabelledWeight: sample.weight(),
        points,
        sources: detectors.sources(),
        leftOut,
        distributions,
        counted: {
          vectors: counted
            .rows()
            .sort(byPlace)
            .map(({ features }) => features),
          weight: counted.weight(),
        },
      };
    },
  };
}

/** The detectors that are needed still. */
function openDetectors({ history, openDetector, settings }: TrainingDataConfig) {
  const open = new Map<string, SourceDetector>();
  let sources = 0;
  return {
    of(source: string): SourceDetector {
      const known = open.get(source);
      if (known !== undefined) return known;
      // Of the source before, nothing comes any more.
      if (history.bySource) open.clear();
      const detector = openDetector(source, settingsFor(settings, source), undefined);
      open.set(source, detector);
      sources += 1;
      return detector;
    },
    sources: () => sources,
    restore(seen: number): void {
      sources = seen;
    },
  };
}

/** Of relations, any metric will do. */
function isMarked({ marked }: PastPoint, metric: string | undefined): boolean {
  return marked !== undefined && (metric === undefined || marked.includes(metric));
}

function byPlace(a: TrainingRow, b: TrainingRow): number {
  return compared(a.source, b.source) || compared(a.metric ?? '', b.metric ?? '') || a.timestamp - b.timestamp;
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
    state: () => ({ bar, offered, rows: kept.map(({ row: { label: _, ...row } }) => row) }),
    restore(state: ReplayState['sample']): void {
      ({ bar, offered } = state);
      kept = state.rows.map((row) => ({
        hash: sampleHash(seed, row.source, row.metric ?? '', row.timestamp),
        row: { ...row, metric: row.metric, label: undefined },
      }));
    },
  };
}
