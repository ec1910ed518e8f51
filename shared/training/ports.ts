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
