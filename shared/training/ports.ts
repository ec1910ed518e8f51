import type { ModelArtifact } from '../detection/weighted-model';
import type { DataPoint } from '../domain/data-point';
import type { Distributions, DistributionsDocument } from './distributions';
import type { Trigger } from './plan';

/** Points of the past, to be replayed. Each point of a source once, in the order in which its shards delivered them. */
export interface PointHistory {
  /** Every call begins with the first point. */
  read(): AsyncIterable<DataPoint>;
  /** Are all points of a source together? Then what is kept of a source may go after its last point. */
  readonly bySource: boolean;
}

/** Documents of training runs, by run and name. */
export interface TrainingWorkspace {
  /** Undefined where there is none. */
  read(run: string, name: string): Promise<Buffer | undefined>;
  /** Durable and whole when it resolves, in place of one that was there; else nothing changed. */
  write(run: string, name: string, content: Buffer): Promise<void>;
  /** Ids of runs that have documents, in the order of their names. */
  runs(): Promise<readonly string[]>;
}

/** Vectors that a challenger scored beside the champion, by whose alarm they were. */
export interface ShadowCounts {
  vectors: number;
  both: number;
  onlyChampion: number;
  onlyChallenger: number;
  /** The challenger gave no score, or none in [0, 1]. */
  failed: number;
}

/** What a challenger's alarms came to, wherever detection tells it. */
export interface ShadowTally {
  /**
   * Counts of a run's challenger. What detection told in the last minutes may still be underway.
   *
   * @param since when the challenger was put beside the champion, epoch milliseconds
   * @param until exclusive
   */
  tally(run: string, since: number, until: number): Promise<Readonly<ShadowCounts>>;
}

/** Counts of one process from a moment on. */
export interface DistributionPart {
  /** No other process has it: letters, digits and hyphens, 40 at most. */
  readonly process: string;
  /** When the first of its vectors was counted, epoch milliseconds. */
  readonly from: number;
}

/** What live vectors and scores look like, in parts by whoever counted them. */
export interface DistributionLog {
  /**
   * Durable and whole when it resolves. The same part again takes the place of what it was, so that who does not know whether
   * a part arrived adds to it and sends it again.
   *
   * @param counted one for each model that scored
   */
  add(part: DistributionPart, counted: readonly Distributions[]): Promise<void>;
  /**
   * All parts that begin in a time: the features of all vectors, and the scores that the model gave. Parts of other feature
   * schemas, and what is no part, are passed over.
   *
   * @param model version of the model whose scores are asked for
   * @param from epoch milliseconds, inclusive; at most a month before `until`
   * @param until exclusive
   */
  sumSince(model: string, from: number, until: number): Promise<Distributions>;
}

/** What live vectors and scores are compared with. */
export interface DriftReference {
  /** The newest training run that came as far as to be registered, whatever the gate said. */
  readonly run: string;
  /** When that was, epoch milliseconds. */
  readonly at: number;
  /** Of the last week that it saw: see REFERENCE_MS. */
  readonly distributions: DistributionsDocument;
}

export interface DriftReferences {
  /** Undefined: nothing was trained yet. Rejects with a TrainingError for a document that is no reference. */
  read(): Promise<DriftReference | undefined>;
  /** Durable and whole when it resolves, in place of the one before. */
  write(reference: DriftReference): Promise<void>;
}

/** Where training is started. */
export interface TrainingStarter {
  /** @returns false if a run of this name was started before: nothing was done */
  start(run: string, trigger: Trigger): Promise<boolean>;
}

/** What is kept of a training run, beside the model it made. */
export interface TrainingRecord {
  /** Epoch milliseconds. */
  readonly trainedAt: number;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of points, labels and settings: the same data have the same one. */
  readonly dataset: string;
  /** Was it let through, and why (not)? */
  readonly promoted: boolean;
  readonly reasons: readonly string[];
}

export interface RegisteredModel {
  /** 1, 2, … in the order of registration. */
  readonly version: number;
  readonly artifact: ModelArtifact;
  readonly record: TrainingRecord;
}

/** The version asked for does not exist; or what is there is none of ours. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** Where trained models are kept with how they came about. */
export interface ModelRegistry {
  /** Durable and whole when it resolves, else nothing of it is there. */
  register(artifact: ModelArtifact, record: TrainingRecord): Promise<RegisteredModel>;
  /** In order of version. */
  list(): Promise<readonly RegisteredModel[]>;
  /** Version of the champion; undefined: the built-in model. */
  champion(): Promise<number | undefined>;
  /**
   * Makes a version the champion, or (undefined) the built-in model.
   * @throws {RegistryError} if there is no such version
   */
  promote(version: number | undefined): Promise<void>;
  /**
   * Makes the champion what it was before the last promotion that was not itself taken back.
   * @returns the version that is champion now; undefined: the built-in model
   * @throws {RegistryError} if nothing was promoted
   */
  rollback(): Promise<number | undefined>;
}
