import { z } from 'zod';
import { startFakeServer } from '../../aws/testing/fake-server';

const NameSchema = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/);

const ModelSchema = z.strictObject({
  ModelName: NameSchema,
  ExecutionRoleArn: z.string().regex(/^arn:aws:iam::\d{12}:role\/.+$/),
  EnableNetworkIsolation: z.boolean(),
  PrimaryContainer: z.strictObject({
    Image: z.string().min(1).max(255),
    ModelDataSource: z
      .strictObject({
        S3DataSource: z.strictObject({
          S3Uri: z.string().regex(/^s3:\/\/[^/]+\/(.*\/)$/, 'with S3Prefix it must end with a slash'),
          S3DataType: z.literal('S3Prefix'),
          CompressionType: z.enum(['None', 'Gzip']),
        }),
      })
      .optional(),
  }),
});
type Model = z.output<typeof ModelSchema>;

const VariantSchema = z.strictObject({
  VariantName: NameSchema,
  ModelName: NameSchema,
  InstanceType: z.string().startsWith('ml.'),
  InitialInstanceCount: z.number().int().min(1),
  InitialVariantWeight: z.number().min(0),
});
const ConfigurationSchema = z.strictObject({
  EndpointConfigName: NameSchema,
  ProductionVariants: z.array(VariantSchema).min(1).max(10),
});
type Configuration = z.output<typeof ConfigurationSchema>;

const RoutingSchema = z.discriminatedUnion('Type', [
  z.strictObject({ Type: z.literal('ALL_AT_ONCE'), WaitIntervalInSeconds: z.number().min(0).max(3_600) }),
  z.strictObject({
    Type: z.literal('CANARY'),
    WaitIntervalInSeconds: z.number().min(0).max(3_600),
    CanarySize: z.strictObject({
      Type: z.literal('CAPACITY_PERCENT'),
      Value: z.number().int().min(1).max(50, 'a canary is half of the capacity at most'),
    }),
  }),
]);
const UpdateSchema = z.strictObject({
  EndpointName: NameSchema,
  EndpointConfigName: NameSchema,
  DeploymentConfig: z.strictObject({
    BlueGreenUpdatePolicy: z.strictObject({
      TrafficRoutingConfiguration: RoutingSchema,
      TerminationWaitInSeconds: z.number().min(0).max(3_600),
      MaximumExecutionTimeoutInSeconds: z.number().min(600).max(28_800),
    }),
    AutoRollbackConfiguration: z.strictObject({
      Alarms: z
        .array(z.strictObject({ AlarmName: z.string().min(1).max(255) }))
        .min(1)
        .max(10),
    }),
  }),
});
export type Update = z.output<typeof UpdateSchema>;

const ParameterSchema = z.strictObject({
  Name: z.string().startsWith('/'),
  Value: z.string().min(1),
  Type: z.literal('String'),
  Overwrite: z.boolean(),
});

/** SageMaker's control plane and Parameter Store as far as a deployment uses them; refuses what they refuse. */
export interface FakeControlPlane {
  readonly url: string;
  readonly models: Map<string, Model>;
  readonly configurations: Map<string, Configuration>;
  readonly parameters: Map<string, string>;
  /** Names of alarms that exist; an update that names another one is refused. */
  readonly alarms: Set<string>;
  readonly endpoint: { status: string; configuration: string; pending?: string; failureReason?: string };
  readonly updates: Update[];
  /** What is done in place of an answer, asked for each call. */
  fate: (action: string, call: number) => 'works' | 'fails' | 'works-unanswered';
  /** Ends an update that is under way: the new instances took over, or an alarm fired. */
  finish(how: 'took-over' | 'rolled-back'): void;
  close(): Promise<void>;
}

export const ENDPOINT = 'tidewatch-dev';
export const POINTER = '/tidewatch/dev/live-model';

class Refusal extends Error {}

export async function startFakeControlPlane(instances: number): Promise<FakeControlPlane> {
  const calls = new Map<string, number>();
  const server = await startFakeServer((request, response) => {
    const [, action = ''] = String(request.headers['x-amz-target']).split('.');
    const call = calls.get(action) ?? 0;
    calls.set(action, call + 1);
    const say = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    };
    const fate = fake.fate(action, call);
    if (fate === 'fails') return say(503, { __type: 'ServiceUnavailable', message: 'told so' });
    try {
      const answer = answerOf(fake, action, JSON.parse(request.body) as never);
      if (fate === 'works-unanswered') response.destroy();
      else say(200, answer);
    } catch (error) {
      say(400, {
        __type: error instanceof NotThere ? 'ParameterNotFound' : 'ValidationException',
        message: String(error),
      });
    }
  });
  const variant = {
    VariantName: 'live',
    ModelName: 'shipped-model',
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: instances,
    InitialVariantWeight: 1,
  };
  const fake: FakeControlPlane = {
    url: server.url,
    models: new Map(),
    configurations: new Map([
      ['shipped-configuration', { EndpointConfigName: 'shipped-configuration', ProductionVariants: [variant] }],
    ]),
    parameters: new Map([[POINTER, 'shipped']]),
    alarms: new Set(),
    endpoint: { status: 'InService', configuration: 'shipped-configuration' },
    updates: [],
    fate: () => 'works',
    finish(how) {
      const { endpoint } = fake;
      if (endpoint.pending === undefined) throw new Error('no update is under way');
      if (how === 'took-over') endpoint.configuration = endpoint.pending;
      else endpoint.failureReason = 'the alarm model-errors fired: rolled back to the old instances';
      endpoint.status = 'InService';
      delete endpoint.pending;
    },
    close: () => server.close(),
  };
  return fake;
}

class NotThere extends Error {}

function answerOf(fake: FakeControlPlane, action: string, input: never): object {
  const { models, configurations, parameters, endpoint } = fake;
  switch (action) {
    case 'CreateModel': {
      const model = checked(ModelSchema, input);
      if (models.has(model.ModelName)) throw new Refusal(`Cannot create already existing model ${model.ModelName}`);
      models.set(model.ModelName, model);
      return { ModelArn: `arn:aws:sagemaker:eu-central-1:123456789012:model/${model.ModelName}` };
    }
    case 'DescribeModel':
      return there(models, (input as { ModelName: string }).ModelName, 'model');
    case 'CreateEndpointConfig': {
      const made = checked(ConfigurationSchema, input);
      if (configurations.has(made.EndpointConfigName))
        throw new Refusal(`Cannot create already existing endpoint configuration ${made.EndpointConfigName}`);
      for (const { ModelName } of made.ProductionVariants) there(models, ModelName, 'model');
      configurations.set(made.EndpointConfigName, made);
      return { EndpointConfigArn: 'arn' };
    }
    case 'DescribeEndpointConfig':
      return there(
        configurations,
        (input as { EndpointConfigName: string }).EndpointConfigName,
        'endpoint configuration',
      );
    case 'DescribeEndpoint':
      return {
        EndpointName: ENDPOINT,
        EndpointStatus: endpoint.status,
        EndpointConfigName: endpoint.configuration,
        ...(endpoint.pending === undefined
          ? {}
          : { PendingDeploymentSummary: { EndpointConfigName: endpoint.pending } }),
        ...(endpoint.failureReason === undefined ? {} : { FailureReason: endpoint.failureReason }),
      };
    case 'UpdateEndpoint':
      return update(fake, checked(UpdateSchema, input));
    case 'GetParameter': {
      const { Name } = input as { Name: string };
      if (!parameters.has(Name)) throw new NotThere(Name);
      return { Parameter: { Name, Value: parameters.get(Name) } };
    }
    case 'PutParameter': {
      const { Name, Value } = checked(ParameterSchema, input);
      parameters.set(Name, Value);
      return { Version: 2 };
    }
    default:
      throw new Refusal(`nobody expects ${action}`);
  }
}

function update({ endpoint, configurations, alarms, updates }: FakeControlPlane, asked: Update): object {
  if (asked.EndpointName !== ENDPOINT) throw new Refusal(`Could not find endpoint ${asked.EndpointName}`);
  if (endpoint.status !== 'InService') throw new Refusal('Cannot update in-progress endpoint');
  if (asked.EndpointConfigName === endpoint.configuration)
    throw new Refusal('Cannot update endpoint with the configuration that it has');
  const { ProductionVariants } = there(configurations, asked.EndpointConfigName, 'endpoint configuration');
  for (const { AlarmName } of asked.DeploymentConfig.AutoRollbackConfiguration.Alarms)
    if (!alarms.has(AlarmName)) throw new Refusal(`There is no alarm ${AlarmName}`);
  const isCanary = asked.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type === 'CANARY';
  if (isCanary && ProductionVariants[0]!.InitialInstanceCount < 2)
    throw new Refusal('A canary needs two instances or more');
  updates.push(asked);
  endpoint.status = 'Updating';
  endpoint.pending = asked.EndpointConfigName;
  delete endpoint.failureReason;
  return { EndpointArn: 'arn' };
}

function there<T>(all: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = all.get(name);
  if (found === undefined) throw new Refusal(`Could not find ${what} ${name}`);
  return found;
}

function checked<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(`${issue?.path.join('.')}: ${issue?.message}`);
}
