import { createHash } from 'node:crypto';
import { cutTo } from '../../../alerting/words/one-line';
import { type ModelArtifact, ModelArtifactSchema } from '../../../detection/weighted-model';
import { MODEL_SCHEMA } from '../../../training/model-schema';
import {
  type KeptDocuments,
  type ModelRegistry,
  type RegisteredModel,
  RegistryError,
  type TrainingRecord,
} from '../../../training/ports';
import { type HttpExchange, openHttpExchange } from '../../http-exchange';
import { inOrder } from '../../in-order';
import { agreedChampions } from '../champions';
import {
  DOCUMENT_BYTES_MAX,
  FILES,
  firstOfEachRun,
  jsonDocument,
  parsedDocument,
  RecordSchema,
  refuseName,
  refuseUnfit,
  schemaDocument,
} from '../kept-model';
import { type ArtifactPlace, artifactPlaces } from './artifact-place';
import { openMlflowClient } from './mlflow-client';
import { entriesOf, TAG_CHARS_MAX } from './mlflow-limits';
import { type ModelVersion, type NewVersion, openMlflowModels } from './mlflow-models';
import { type MlflowRuns, openMlflowRuns, RUN_TAG } from './mlflow-runs';
import type { MlflowTarget } from './mlflow-target';
import { MODEL_FOLDER, mlmodelFile, mlmodelOf } from './mlmodel';

export interface MlflowRegistryOptions {
  readonly target: MlflowTarget;
  /** Of the registered model: letters, digits, `_ - .` and spaces. */
  readonly modelName: string;
  readonly experimentName: string;
  /** Of buckets that hold artifacts. */
  readonly region: string;
  /** Where S3 is asked instead; then with dummy credentials. */
  readonly s3EndpointUrl?: string;
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  /** By default HTTP. */
  readonly exchange?: HttpExchange;
}

export interface MlflowRegistry extends ModelRegistry {
  close(): void;
}

const DEFAULTS = { timeoutMs: 30_000, attemptTimeoutMs: 10_000 };
const CONNECTIONS = 4;
const SHA256_TAG = 'tidewatch.sha256';

/**
 * Models in MLflow, 2.9 or newer. A training run is a run of MLflow with parameters, metrics, dataset and artifacts, and a
 * version of the registered model; aliases `champion` and `challenger` say what a version is. A version is made last, so nothing
 * shows of a registration that stopped before. Who is champion is what the alias says, whoever has set it; what was champion
 * before stands in a tag, so that anybody can go back.
 *
 * All of it rejects with a TransientFault when there was no answer in time, and with a RegistryError when MLflow refuses.
 */
export function openMlflowRegistry(options: MlflowRegistryOptions): MlflowRegistry {
  const settings = { ...DEFAULTS, ...options };
  const { target, modelName, experimentName, region, s3EndpointUrl } = settings;
  const isTls = target.url.startsWith('https:');
  const exchange =
    settings.exchange ??
    openHttpExchange({ isTls, connections: CONNECTIONS, answerBytesMax: DOCUMENT_BYTES_MAX + 1_048_576 });
  const client = openMlflowClient({ ...settings, exchange });
  const models = openMlflowModels(client, modelName);
  const runs = openMlflowRuns(client, experimentName);
  const places = artifactPlaces(client, {
    region,
    ...(s3EndpointUrl === undefined ? {} : { endpointUrl: s3EndpointUrl }),
  });
  const placeOf = ({ source }: ModelVersion) => places.at(source.slice(0, -(MODEL_FOLDER.length + 1)));
  const readOurs = cached((version) => readVersion(version, placeOf(version), modelName));

  const ours = async (version: number): Promise<ModelVersion> => {
    const there = await models.version(version);
    if (isOurs(there)) return there;
    throw new RegistryError(`version ${version} of ${modelName} in MLflow was not registered by Tidewatch`);
  };
  const read = async (version: number) => readOurs(await ours(version));
  const champion = async () => (await models.alias('champion')) ?? null;

  return {
    async register(artifact, record, documents = {}) {
      refuseUnfit(artifact, record, documents);
      const known = await models.ofRun(record.run);
      if (known !== undefined) return readOurs(known);
      await models.create(await keepRun(runs, places.at, artifact, record, documents));
      // Another one may have registered the run meanwhile: the first counts.
      return readOurs((await models.ofRun(record.run))!);
    },
    async list() {
      const kept = firstOfEachRun((await models.versions()).filter(isOurs), ({ tags }) => tags.get(RUN_TAG)!);
      return inOrder(kept, CONNECTIONS, readOurs);
    },
    read,
    async document(version, name) {
      refuseName(name);
      return placeOf(await ours(version)).get(name);
    },
    place: (version) => `${target.url}/#/models/${encodeURIComponent(modelName)}/versions/${version}`,
    champion: async () => (await champion()) ?? undefined,
    async promote(version) {
      if (version !== undefined) await read(version);
      const before = agreedChampions(await models.champions(), await champion());
      if (version !== undefined && (await models.alias('challenger')) === version)
        await models.setAlias('challenger', undefined);
      // Written down first, done then: see agreedChampions.
      await models.writeChampions([...before, version ?? null]);
      await models.setAlias('champion', version);
    },
    async rollback() {
      const before = agreedChampions(await models.champions(), await champion());
      if (before.length === 0) throw new RegistryError('no model was promoted yet: the built-in model is champion');
      const after = before.slice(0, -1);
      const version = after.at(-1) ?? undefined;
      if (version !== undefined) await read(version);
      await models.setAlias('champion', version);
      await models.writeChampions(after);
      return version;
    },
    async challenger() {
      const version = await models.alias('challenger');
      return version === (await models.alias('champion')) ? undefined : version;
    },
    async challenge(version) {
      if (version !== undefined) await read(version);
      await models.setAlias('challenger', version);
    },
    close() {
      exchange.close();
      places.close();
    },
  };
}

/** All of a run but its version, which is made of what this gives. */
async function keepRun(
  runs: MlflowRuns,
  placeAt: (artifactUri: string) => ArtifactPlace,
  artifact: ModelArtifact,
  record: TrainingRecord,
  documents: KeptDocuments,
): Promise<NewVersion> {
  const run = await runs.open(record);
  const model = jsonDocument(artifact);
  const sha256 = digestOf(model);
  const metadata = { ...run, trainedAt: record.trainedAt, digest: sha256.slice(0, 32), schema: artifact.schema };
  const tags = { ...tagsOf(record), [SHA256_TAG]: sha256 };
  await runs.log(run, record, { ...tags, ...describing(record), ...shownAsModel(metadata) });
  const files = {
    ...documents,
    [FILES.schema]: schemaDocument(),
    [FILES.record]: jsonDocument(record),
    [`${MODEL_FOLDER}/${FILES.model}`]: model,
    [`${MODEL_FOLDER}/MLmodel`]: mlmodelFile(metadata),
  };
  const place = placeAt(run.artifactUri);
  for (const [name, content] of Object.entries(files)) await place.put(name, content);
  await runs.finish(run, record);
  return {
    run: record.run,
    runId: run.runId,
    source: `${run.artifactUri}/${MODEL_FOLDER}`,
    description: cutTo(record.reasons.join('\n'), TAG_CHARS_MAX),
    tags: entriesOf(tags, TAG_CHARS_MAX),
  };
}

/** What others have registered under the name has no run of ours. */
function isOurs({ tags, source }: ModelVersion): boolean {
  return tags.has(RUN_TAG) && source.endsWith(`/${MODEL_FOLDER}`);
}

async function readVersion(version: ModelVersion, place: ArtifactPlace, name: string): Promise<RegisteredModel> {
  const where = `version ${version.version} of ${name} in MLflow`;
  const file = async (path: string) => {
    const content = await place.get(path);
    if (content === undefined) throw new RegistryError(`${where} has no ${path}: were its artifacts deleted?`);
    return content;
  };
  const model = await file(`${MODEL_FOLDER}/${FILES.model}`);
  if (digestOf(model) !== version.tags.get(SHA256_TAG))
    throw new RegistryError(`${where}: ${FILES.model} is not the one that was registered`);
  const record = await file(FILES.record);
  return {
    version: version.version,
    artifact: parsedDocument(ModelArtifactSchema, model.toString(), `${where}: ${FILES.model}`),
    record: parsedDocument(RecordSchema, record.toString(), `${where}: ${FILES.record}`),
  };
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** On the run and on the version. */
function tagsOf({ dataset, promoted }: TrainingRecord) {
  return {
    'tidewatch.decision': promoted ? 'let through' : 'refused',
    'tidewatch.dataset': dataset,
    'tidewatch.schema': String(MODEL_SCHEMA.version),
    'tidewatch.features': MODEL_SCHEMA.features.join(','),
  };
}

/** What MLflow shows above a run. */
function describing({ reasons }: TrainingRecord) {
  return { 'mlflow.note.content': reasons.join('\n') };
}

/** By this MLflow shows that a run has made a model. */
function shownAsModel(metadata: Parameters<typeof mlmodelOf>[0]) {
  return { 'mlflow.log-model.history': JSON.stringify([mlmodelOf(metadata)]) };
}

/** Versions never change, so each is read once; one that could not be is read again. */
function cached(read: (version: ModelVersion) => Promise<RegisteredModel>) {
  const known = new Map<string, Promise<RegisteredModel>>();
  return (version: ModelVersion): Promise<RegisteredModel> => {
    // A registered model that was deleted and made again counts from 1 again.
    const key = `${version.version} ${version.source}`;
    const reading = known.get(key) ?? read(version);
    known.set(key, reading);
    reading.catch(() => known.delete(key));
    return reading;
  };
}
