import { stringify } from 'yaml';
import { MODEL_SCHEMA } from '../../../training/model-schema';

/** Folder of a run's artifacts that is the model, as MLflow's clients lay it out. */
export const MODEL_FOLDER = 'model';

/** Required unless said otherwise; clients before 2.10 know no such word. */
const columns = (names: readonly string[]) => names.map((name) => ({ type: 'double', name }));
const INPUTS = JSON.stringify(columns(MODEL_SCHEMA.features));
const OUTPUTS = JSON.stringify(columns(MODEL_SCHEMA.scores));

export interface MlmodelOptions {
  /** MLflow's id of the run. */
  readonly runId: string;
  /** Epoch milliseconds. */
  readonly trainedAt: number;
  /** 32 hexadecimal digits that follow from the model. */
  readonly digest: string;
  readonly schema: number;
}

/** What MLflow calls a model's metadata; ours has a signature and one flavor, which says how to read it. */
export function mlmodelOf({ runId, trainedAt, digest, schema }: MlmodelOptions) {
  return {
    artifact_path: MODEL_FOLDER,
    flavors: { tidewatch: { model: 'model.json', schema } },
    model_uuid: digest,
    run_id: runId,
    signature: { inputs: INPUTS, outputs: OUTPUTS, params: null },
    utc_time_created: new Date(trainedAt).toISOString().replace('T', ' ').replace('Z', '000'),
  };
}

export function mlmodelFile(options: MlmodelOptions): Buffer {
  return Buffer.from(stringify(mlmodelOf(options), { lineWidth: 0 }));
}

/** Columns of a dataset, as MLflow shows them. */
export const DATASET_SCHEMA = JSON.stringify({ mlflow_colspec: columns(MODEL_SCHEMA.features) });
