import { z } from 'zod';
import { RegistryError, type TrainingRecord } from '../../../training/ports';
import { Again } from '../../with-retries';
import { type MlflowCalls, type MlflowClient, NOTHING } from './mlflow-client';
import { isAlreadyThere, isNotThere, MlflowRefusal } from './mlflow-faults';
import { batchesOf, DIGEST_CHARS_MAX, entriesOf, metricsOf, PARAM_CHARS_MAX, TAG_CHARS_MAX } from './mlflow-limits';
import { DATASET_SCHEMA } from './mlmodel';

/** The training run's id, on MLflow's runs and model versions. */
export const RUN_TAG = 'tidewatch.run';

export interface MlflowRun {
  readonly runId: string;
  /** Where its artifacts lie. */
  readonly artifactUri: string;
}

/** The tracking side: one run of MLflow for each training run. Everything may be done again. */
export interface MlflowRuns {
  /** Finds the run, or makes it. */
  open(record: TrainingRecord): Promise<MlflowRun>;
  log(run: MlflowRun, record: TrainingRecord, tags: Readonly<Record<string, string>>): Promise<void>;
  finish(run: MlflowRun, record: TrainingRecord): Promise<void>;
}

const ExperimentSchema = z.object({ experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string() }) });
const RunSchema = z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) });

export function openMlflowRuns(client: MlflowClient, experimentName: string): MlflowRuns {
  let experiment: Promise<string> | undefined;
  const experimentId = () => {
    experiment ??= client
      .calling((calls) => experimentOf(calls, experimentName))
      .catch((error: unknown) => {
        experiment = undefined;
        throw error;
      });
    return experiment;
  };
  return {
    async open(record) {
      const id = await experimentId();
      return client.calling(
        async (calls) => (await findRun(calls, id, record.run)) ?? (await createRun(calls, id, record)),
      );
    },
    async log({ runId }, record, tags) {
      const batches = batchesOf({
        params: entriesOf(record.parameters, PARAM_CHARS_MAX),
        metrics: metricsOf(record.metrics, record.trainedAt),
        tags: entriesOf(tags, TAG_CHARS_MAX),
      });
      for (const batch of batches)
        await client.calling(({ send }) => send('POST', 'runs/log-batch', { run_id: runId, ...batch }, NOTHING));
      const inputs = { run_id: runId, datasets: [datasetOf(record)] };
      await client.calling(({ send }) => send('POST', 'runs/log-inputs', inputs, NOTHING).catch(collided));
    },
    async finish({ runId }, { trainedAt }) {
      const end = { run_id: runId, status: 'FINISHED', end_time: trainedAt };
      await client.calling(({ send }) => send('POST', 'runs/update', end, NOTHING));
    },
  };
}

async function experimentOf({ get, send }: MlflowCalls, name: string): Promise<string> {
  const find = async () => {
    const { experiment } = await get('experiments/get-by-name', { experiment_name: name }, ExperimentSchema);
    if (experiment.lifecycle_stage === 'active') return experiment.experiment_id;
    throw new RegistryError(`experiment ${name} is deleted in MLflow: restore it, or set MLFLOW_EXPERIMENT_NAME`);
  };
  try {
    return await find();
  } catch (error) {
    if (!isNotThere(error)) throw error;
  }
  try {
    const made = await send('POST', 'experiments/create', { name }, z.object({ experiment_id: z.string() }));
    return made.experiment_id;
  } catch (error) {
    // Another one was faster.
    if (isAlreadyThere(error)) return find();
    throw error;
  }
}

async function findRun({ send }: MlflowCalls, experimentId: string, run: string): Promise<MlflowRun | undefined> {
  const search = {
    experiment_ids: [experimentId],
    filter: `tags.\`${RUN_TAG}\` = '${run}'`,
    run_view_type: 'ACTIVE_ONLY',
    max_results: 1,
    order_by: ['attributes.start_time ASC', 'attributes.run_id ASC'],
  };
  const { runs } = await send('POST', 'runs/search', search, z.object({ runs: z.array(RunSchema).default([]) }));
  return runs[0] === undefined ? undefined : runOf(runs[0]);
}

async function createRun({ send }: MlflowCalls, experimentId: string, record: TrainingRecord): Promise<MlflowRun> {
  const create = {
    experiment_id: experimentId,
    run_name: record.run,
    start_time: record.trainedAt,
    tags: [
      { key: RUN_TAG, value: record.run },
      { key: 'mlflow.runName', value: record.run },
      { key: 'mlflow.source.name', value: 'tidewatch' },
      { key: 'mlflow.source.type', value: 'JOB' },
    ],
  };
  return runOf((await send('POST', 'runs/create', create, z.object({ run: RunSchema }))).run);
}

/** Two that log the same dataset at the same moment collide in MLflow's store; the next try finds it there. */
function collided(error: unknown): never {
  if (error instanceof MlflowRefusal && error.errorCode === 'BAD_REQUEST') throw new Again(error.message);
  throw error;
}

function runOf({ info }: z.output<typeof RunSchema>): MlflowRun {
  return { runId: info.run_id, artifactUri: info.artifact_uri };
}

function datasetOf({ dataset, run }: TrainingRecord) {
  return {
    tags: [{ key: 'mlflow.data.context', value: 'training' }],
    dataset: {
      name: 'points',
      digest: dataset.slice(0, DIGEST_CHARS_MAX),
      source_type: 'tidewatch',
      source: JSON.stringify({ run, fingerprint: dataset }),
      schema: DATASET_SCHEMA,
    },
  };
}
