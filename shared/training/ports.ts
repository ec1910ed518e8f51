import type { ModelArtifact } from '../detection/weighted-model';
import type { DataPoint } from '../domain/data-point';
import type { Distributions } from './distributions';
import type { Trigger } from './plan';
import type { ScoredDistributions } from './scored-distributions';
import type { DrawnShares } from './source-sample';

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
  /** Of the reading that ended last. Absent: all sources. */
  drawn?(): DrawnShares;
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
   * All parts that begin in a time: the features of all vectors, and the scores of one model. Parts of other feature
   * schemas, and what is no part, are passed over.
   *
   * @param models versions, one at least: the scores are of whichever of them gave most, the first if none gave any
   * @param from epoch milliseconds, inclusive; at most a month before `until`
   * @param until exclusive
   */
  sumSince(models: readonly string[], from: number, until: number): Promise<Distributions>;
}

/** What live vectors and scores are compared with. */
export interface DriftReference {
  /** The newest training run that came as far as to be registered, whatever the gate said. */
  readonly run: string;
  /** When that was, epoch milliseconds. */
  readonly at: number;
  /** Of the last week that it saw: see REFERENCE_MS. */
  readonly distributions: ScoredDistributions;
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
  /** Id of the run: registered again, it has the version that it has. */
  readonly run: string;
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

/** What else is kept of a run, by name as `evaluation.json`, `report.html`; see {@link DOCUMENT_NAME}. */
export type KeptDocuments = Readonly<Record<string, Uint8Array>>;

/** Plain file names. `model.json`, `record.json` and `schema.json` are the registry's own. */
export const DOCUMENT_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

export interface RegisteredModel {
  /** 1, 2, … in the order of registration; numbers may be missing. */
  readonly version: number;
  readonly artifact: ModelArtifact;
  readonly record: TrainingRecord;
}

/** The version asked for does not exist; or what is there is none of ours; or the registry refuses. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** Where trained models are kept with how they came about. All of it rejects with a TransientFault when nobody answers. */
export interface ModelRegistry {
  /**
   * Durable and whole when it resolves, else nothing of it shows. A run has one version, ever: registered again, also after a
   * failure halfway or by two at once, it has the version that it has, with what was registered first.
   *
   * @throws {RegistryError} if the model takes vectors of another feature schema than this program makes
   */
  register(artifact: ModelArtifact, record: TrainingRecord, documents?: KeptDocuments): Promise<RegisteredModel>;
  /** In order of version. What others than Tidewatch have registered there is passed over. */
  list(): Promise<readonly RegisteredModel[]>;
  /** @throws {RegistryError} if there is no such version */
  read(version: number): Promise<RegisteredModel>;
  /**
   * A document as it was registered, or `schema.json`: names of features and scores. Undefined: the version has none of that name.
   *
   * @throws {RegistryError} if there is no such version
   */
  document(version: number, name: string): Promise<Buffer | undefined>;
  /** Where people find a version with all that is kept of it: a folder, an address. */
  place(version: number): string;
  /** Version of the champion; undefined: the built-in model. */
  champion(): Promise<number | undefined>;
  /**
   * Makes a version the champion, or (undefined) the built-in model. One process promotes at a time.
   * @throws {RegistryError} if there is no such version
   */
  promote(version: number | undefined): Promise<void>;
  /**
   * Makes the champion what it was before the last promotion that was not itself taken back.
   * @returns the version that is champion now; undefined: the built-in model
   * @throws {RegistryError} if nothing was promoted
   */
  rollback(): Promise<number | undefined>;
  /** The version that is tried beside the champion, if any. A champion is nobody's challenger. */
  challenger(): Promise<number | undefined>;
  /**
   * Makes a version the challenger, or (undefined) none.
   * @throws {RegistryError} if there is no such version
   */
  challenge(version: number | undefined): Promise<void>;
}

/** The model that scores. */
export interface LiveModel {
  /** In the registry; null: the built-in model. */
  readonly registryVersion: number | null;
  /** Whole, so that a pointer never points at what is not there. */
  readonly model: ModelArtifact | null;
}

/** What says which model scores: a file on one machine, a parameter on AWS. The registry says which one should. */
export interface LiveModelPointer {
  /** Undefined: nothing was ever promoted. */
  read(): Promise<LiveModel | undefined>;
  /** Durable and whole when it resolves, else nothing changed. */
  write(live: LiveModel): Promise<void>;
}

/** Where a deployment of a model stands. */
export type DeploymentState =
  | { readonly state: 'under-way' }
  | { readonly state: 'live' }
  /** Another model scores than the one that was to; in words. */
  | { readonly state: 'failed'; readonly reason: string };

/** A model that a run is to put live. */
export interface Deployed {
  readonly run: string;
  /** In the registry. */
  readonly version: number;
  readonly artifact: ModelArtifact;
}

/**
 * What puts a model where vectors are scored. Everything may be called again: names follow from the run, so nothing is made
 * twice.
 */
export interface ModelDeployment {
  /** What is live now, as text that {@link takeBack} understands. */
  current(): Promise<string>;
  /** Begins to put the model live; may resolve before it is. */
  begin(deployed: Deployed): Promise<void>;
  look(deployed: Deployed): Promise<DeploymentState>;
  /** Of a model that is live: says so where deploys of the stacks look, so that they keep it. */
  keep(deployed: Deployed): Promise<void>;
  /** Puts `before` in the place of this run's model, live or about to be; what others have put there since stays. */
  takeBack(deployed: Deployed, before: string): Promise<void>;
}

/** The model that scores beside the live one and tells nobody. */
export interface ChallengerPlace {
  /** The run whose challenger is there; undefined: none, or what is there is none of ours. */
  current(): Promise<string | undefined>;
  /** In place of what is there. */
  put(challenger: Challenger): Promise<void>;
  /** Takes the challenger of a run away; that of another stays. */
  remove(run: string): Promise<void>;
}

export interface Challenger {
  readonly run: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly model: ModelArtifact;
}
