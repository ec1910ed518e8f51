import { synthesized } from '../infra/testing/synthesized';
import { type FakeServer, startFakeServer } from '../shared/adapters/aws/testing/fake-server';
import { aRecord } from '../shared/adapters/contracts/model-registry.contract';
import { createS3Registry } from '../shared/adapters/registry/s3-registry';
import { type FakeS3, startFakeS3 } from '../shared/adapters/s3/testing/fake-s3';
import { DOCUMENTS } from '../shared/training/plan';
import { type Execution, runStateMachine, type StateMachine } from './factories/state-machine';
import { archiveObjects } from './factories/training-job';
import { A_REQUEST, DEAF, LABELS, POINTS } from './factories/training-world';

/**
 * The state machine as it is deployed, with the deployed functions' own handlers: that they fit together is what is tested. S3,
 * DynamoDB and SNS are fakes behind the SDK's own clients.
 */

const BUCKET = 'tidewatch';
const RUN = 'by-hand-1';
const { stacks } = synthesized();

let s3: FakeS3;
let others: FakeServer;
let kept: NodeJS.ProcessEnv;
let machine: StateMachine;

beforeEach(async () => {
  jest.resetModules();
  s3 = await startFakeS3(BUCKET);
  for (const [key, bytes] of archiveObjects()) s3.packed.set(key, bytes);
  others = await startFakeServer(({ headers, body }, response) => {
    const [, action] = String(headers['x-amz-target'] ?? '').split('.');
    const answers: Readonly<Record<string, object>> = {
      Query: { Items: [], Count: 0 },
      BatchGetItem: { Responses: {}, UnprocessedKeys: {} },
    };
    if (action !== undefined && answers[action] !== undefined) response.end(JSON.stringify(answers[action]));
    else if (body.includes('Action=PublishBatch'))
      response.end(
        '<PublishBatchResponse><PublishBatchResult><Successful><member><Id>0</Id><MessageId>m</MessageId></member></Successful></PublishBatchResult></PublishBatchResponse>',
      );
    else response.writeHead(500).end(`nobody expects ${action} ${body.slice(0, 100)}`);
  });
  kept = { ...process.env };
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: others.url,
    AWS_ENDPOINT_URL_S3: s3.url,
    TRAINING_BUCKET: BUCKET,
    SETTINGS_BUCKET: BUCKET,
    ARCHIVE_BUCKET: BUCKET,
    ALERTS_TABLE: 'alerts',
    TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:operators',
    POWERTOOLS_METRICS_DISABLED: 'true',
    LOG_LEVEL: 'ERROR',
  });
  machine = deployedMachine();
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = kept;
  await s3.close();
  await others.close();
});

function deployedMachine(machineName = 'tidewatch-emulator-training'): StateMachine {
  const template = stacks.find(({ stack }) => stack.stackName === 'tidewatch-emulator-stateless')!.template;
  const functions = new Map(
    Object.entries(template.Resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([id, { Properties = {} }]) => [id, Properties]),
  );
  const [resource] = Object.values(template.Resources).filter(
    ({ Properties = {} }) => Properties['StateMachineName'] === machineName,
  );
  const { 'Fn::Join': join } = resource!.Properties!['DefinitionString'] as {
    'Fn::Join': [string, readonly unknown[]];
  };
  const text = join[1].map((part) => (typeof part === 'string' ? part : nameOf(part))).join('');
  function nameOf(token: unknown): string {
    const [id] = (token as { 'Fn::GetAtt'?: [string] })['Fn::GetAtt'] ?? ['aws'];
    return String(functions.get(id)?.['FunctionName'] ?? id);
  }
  for (const properties of functions.values()) {
    const name = String(properties['FunctionName']);
    const { Variables = {} } = (properties['Environment'] ?? {}) as { Variables?: Readonly<Record<string, unknown>> };
    // What the template says in plain text, as on AWS.
    if (/-(prepare|train|evaluate|shadow|deploy|abandon)-/.test(name))
      for (const [key, value] of Object.entries(Variables)) if (typeof value === 'string') process.env[key] = value;
  }
  process.env['TRACING'] = 'off';
  return JSON.parse(text) as StateMachine;
}

const context = { invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f', awsRequestId: 'r' };
const invoke = (name: string, event: unknown): Promise<unknown> => {
  const folder = name.replace('tidewatch-emulator-', '');
  return (
    require(`../lambdas/${folder}/handler`) as { handler: (event: unknown, context: object) => Promise<unknown> }
  ).handler(event, context);
};
const { run: _, ...request } = A_REQUEST;
const execute = (input: object = {}, call = invoke): Promise<Execution> =>
  runStateMachine(machine, {
    name: RUN,
    input: {
      ...request,
      trigger: 'hand',
      labels: LABELS,
      from: POINTS[0]!.timestamp,
      to: POINTS.at(-1)!.timestamp + 1,
      ...input,
    },
    invoke: call,
  });
const document = (name: string) => JSON.parse(s3.objects.get(`runs/${RUN}/${name}`) ?? 'null');
const registry = () => createS3Registry({ region: 'eu-central-1', endpointUrl: s3.url, bucket: BUCKET });

test('a run of the deployed state machine goes from the archive to a live model', async () => {
  await registry().register(DEAF, aRecord('deaf'));
  await registry().promote(1);
  const { status, states } = await execute();
  expect([status, document(DOCUMENTS.outcome)?.reasons]).toEqual([
    'SUCCEEDED',
    [expect.stringMatching(/^F1 1\.000 against 0\.000/)],
  ]);
  expect(states.filter((state) => machine.States[state]!.Type === 'Task')).toEqual([
    ...['Prepare', 'Train', 'Evaluate', 'Gate', 'Register', 'Shadow', 'Judge', 'Deploy', 'Look', 'Promote'],
  ]);
  expect(document(DOCUMENTS.outcome)).toMatchObject({ result: 'live', version: 2, run: RUN });
  expect(await registry().champion()).toBe(2);
  expect(JSON.parse(s3.objects.get('live/live.json')!)).toMatchObject({
    registryVersion: 2,
    model: document(DOCUMENTS.model),
  });
  expect(JSON.parse(s3.objects.get('reference.json')!)).toMatchObject({ run: RUN });
});

test('a model that is no better ends the execution well, registered and refused', async () => {
  const { status, states } = await execute({ gate: { f1Margin: 1 } });
  expect([status, states.at(-1), document(DOCUMENTS.outcome)?.result]).toEqual(['SUCCEEDED', 'Done', 'refused']);
  expect([(await registry().list()).length, await registry().champion()]).toEqual([1, undefined]);
  expect(s3.objects.has('live/live.json')).toBe(false);
});

test.each<[string, object]>([
  ['no labels', { labels: [] }],
  ['no points of that time', { from: 1, to: 2 }],
])('%s end the execution well, with the reason', async (_, input) => {
  const { status } = await execute(input);
  expect([status, document(DOCUMENTS.outcome)?.result]).toEqual(['SUCCEEDED', 'nothing-to-train-on']);
});

test('what fails for good is taken back, and the operators are told why', async () => {
  for (const key of s3.packed.keys()) s3.packed.set(key, Buffer.from('no archive at all'));
  const { status, states } = await execute();
  expect([status, states.slice(-3)]).toEqual(['FAILED', ['Train', 'Abandon', 'Failed']]);
  expect(document(DOCUMENTS.outcome)).toMatchObject({
    result: 'failed',
    reasons: [expect.stringMatching(/^UnreadableHistory: nothing in the archive can be read/)],
  });
  const told = others.requests
    .map(({ body }) => decodeURIComponent(body.replaceAll('+', ' ')))
    .filter((body) => body.includes('PublishBatch'));
  expect(told).toEqual([expect.stringMatching(/training run by-hand-1 failed.*nothing in the archive can be read/)]);
});

test('what was stopped while its model was put live is taken back by the machine that is for that', async () => {
  await registry().register(DEAF, aRecord('deaf'));
  await registry().promote(1);
  const stopped = async (name: string, event: unknown) => {
    // As when somebody stops it there: none of its steps is called any more.
    if ((event as { do?: string }).do === 'promote' || name.endsWith('abandon-training')) throw new Error('stopped');
    return invoke(name, event);
  };
  await execute({}, stopped);
  const live = () => JSON.parse(s3.objects.get('live/live.json')!).registryVersion;
  expect([live(), document(DOCUMENTS.outcome)]).toEqual([2, null]);
  const { status, states } = await runStateMachine(deployedMachine('tidewatch-emulator-training-taken-back'), {
    ...{ name: 'named-by-nobody', invoke },
    input: { run: RUN, error: 'ABORTED', cause: 'the execution was stopped' },
  });
  expect([status, states]).toEqual(['SUCCEEDED', ['Abandon', 'Done']]);
  expect(document(DOCUMENTS.outcome)).toMatchObject({
    result: 'failed',
    reasons: ['ABORTED: the execution was stopped'],
  });
  expect([live(), await registry().champion()]).toEqual([null, 1]);
});

test('what fails for now is tried again', async () => {
  let faults = 0;
  const flaky = async (name: string, event: unknown) => {
    if (name.endsWith('gate-model') && faults++ < 3)
      throw Object.assign(new Error('throttled'), { name: 'Lambda.TooManyRequestsException' });
    return invoke(name, event);
  };
  const { status } = await execute({}, flaky);
  expect([status, faults]).toEqual(['SUCCEEDED', 4]);
});

describe('what a training job has left', () => {
  const RESULTS = `s3://${BUCKET}/jobs/${RUN}/train-1/output/model`;
  const left = (documents: object) => {
    for (const [name, document] of Object.entries(documents))
      s3.objects.set(`jobs/${RUN}/train-1/output/model/${name}`, JSON.stringify(document));
  };
  beforeEach(() => {
    process.env['TRAINS'] = 'in-a-job';
  });

  it('is taken over into the run', async () => {
    process.env['TRAINS'] = 'here';
    await execute();
    jest.resetModules();
    process.env['TRAINS'] = 'in-a-job';
    const names = [DOCUMENTS.injection, DOCUMENTS.training, DOCUMENTS.model];
    left(Object.fromEntries(names.map((name) => [name, document(name)])));
    for (const name of names) s3.objects.delete(`runs/${RUN}/${name}`);
    s3.objects.delete(`runs/${RUN}/${DOCUMENTS.outcome}`);
    expect(await invoke('train-model', { run: RUN, results: RESULTS })).toMatchObject({ run: RUN, ended: false });
    expect(document(DOCUMENTS.model)).toMatchObject({ format: 'tidewatch-weighted-model' });
  });

  it('ends the run where the job found nothing to train on', async () => {
    left({ [DOCUMENTS.outcome]: { run: RUN, result: 'nothing-to-train-on', reasons: ['no label'], endedAt: 1 } });
    const answer = await invoke('train-model', { run: RUN, results: RESULTS });
    expect(answer).toEqual({ run: RUN, ended: true, found: ['no label'] });
  });

  it('is missed when there is nothing', async () => {
    await expect(invoke('train-model', { run: RUN, results: RESULTS })).rejects.toThrow(/left nothing at s3:/);
    await expect(invoke('evaluate-model', { run: RUN })).rejects.toThrow(/does not say where it left its results/);
  });
});
