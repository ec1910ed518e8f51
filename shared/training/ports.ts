import type { ModelArtifact } from '../detection/weighted-model';
import type { DataPoint } from '../domain/data-point';

/** A data point with what is remembered of how it was judged live. */
export interface PastPoint extends DataPoint {
  /**
   * Metrics that were scored without the model's endpoint, or from a memory that was being filled again; absent: none, or
   * nobody knows. A replay computes their vectors anew and whole.
   */
  readonly marked?: readonly string[];
}

/** Points of the past, to be replayed. Each point of a source once, in the order in which its shards delivered them. */
export interface PointHistory {
  /** Every call begins with the first point. */
  read(): AsyncIterable<PastPoint>;
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
