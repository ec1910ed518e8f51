import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { openRegistry, RegistryVariables } from '../../../shared/adapters/registry-variables';
import { RUNS_PREFIX } from '../../../shared/adapters/workspace/s3-workspace';
import type { DataPoint } from '../../../shared/domain/data-point';
import { DOCUMENTS, OutcomeSchema } from '../../../shared/training/plan';
import { physicalId } from '../resources';
import { SOURCES } from '../traffic';
import { until } from '../until';
import type { Step, World } from '../world';

const ENDED_MS_MAX = 60_000;
const RUN = 'by-hand-1';
/** Where something is said to have been wrong, by place in the history: two windows train, two test. */
const WINDOWS = [150, 180, 240, 275];
const WINDOW_POINTS = 10;
/** Documents that a run without a shadow leaves when the gate refuses its model. */
const EXPECTED = [
  DOCUMENTS.plan,
  DOCUMENTS.points,
  DOCUMENTS.injection,
  DOCUMENTS.training,
  DOCUMENTS.model,
  DOCUMENTS.evaluation,
  DOCUMENTS.report,
  DOCUMENTS.decision,
  DOCUMENTS.registered,
];

export const trainModel: Step = {
  name: 'a training run goes from the archive through all its steps to MLflow',
  limitMs: 90_000,
  async run(world) {
    const { sfn } = world.emulator;
    const stateMachineArn = physicalId(world.resources, 'AWS::StepFunctions::StateMachine', /^TrainingSteps/);
    const input = JSON.stringify({
      ...spanOf(world.sent.points),
      gapDays: 0,
      injection: { share: 0 },
      labels: labelsOf(world),
    });
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: RUN, input }));
    const ended = await until('the end of the execution', ENDED_MS_MAX, async () => {
      const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status === 'RUNNING' ? undefined : execution;
    });
    const outcomeText = await documentOf(world, DOCUMENTS.outcome);
    if (ended.status !== 'SUCCEEDED' || outcomeText === undefined)
      throw new Error(`the execution is ${ended.status}: ${ended.error} ${ended.cause}; outcome: ${outcomeText}`);
    const { result, version, reasons } = OutcomeSchema.parse(JSON.parse(outcomeText));
    if (result !== 'refused' || version !== 1) throw new Error(`unexpected outcome: ${outcomeText}`);
    const texts = await Promise.all(EXPECTED.map((name) => documentOf(world, name)));
    const missing = EXPECTED.filter((_, i) => texts[i] === undefined);
    if (missing.length > 0) throw new Error(`documents are missing: ${missing.join(', ')}`);
    const registry = await openRegistry(RegistryVariables.parse({ MLFLOW_TRACKING_URI: world.urls.mlflow }), {});
    const registered = await registry.read(version);
    if (JSON.stringify(registered.artifact) !== JSON.stringify(JSON.parse(texts[EXPECTED.indexOf(DOCUMENTS.model)]!)))
      throw new Error('what is registered is not the model of the run');
    if (registered.record.run !== RUN || (await registry.champion()) !== undefined)
      throw new Error(`run ${registered.record.run} is registered, champion is ${await registry.champion()}`);
    return `${EXPECTED.length + 1} documents, version ${version} in MLflow; refused: ${reasons[0]}`;
  },
};

function spanOf(points: readonly DataPoint[]): { from: number; to: number } {
  const times = points.map(({ timestamp }) => timestamp);
  return { from: Math.min(...times), to: Math.max(...times) + 1 };
}

function labelsOf({ sent }: World) {
  const times = sent.points.filter(({ source }) => source === SOURCES[0]).map(({ timestamp }) => timestamp);
  return WINDOWS.map((at) => ({ source: SOURCES[0], from: times[at], to: times[at + WINDOW_POINTS] }));
}

async function documentOf({ emulator: { s3 }, resources }: World, name: string): Promise<string | undefined> {
  const Bucket = physicalId(resources, 'AWS::S3::Bucket', /^Training/);
  const command = new GetObjectCommand({ Bucket, Key: `${RUNS_PREFIX}${RUN}/${name}` });
  const got = await s3.send(command).catch(() => undefined);
  return got?.Body?.transformToString();
}
