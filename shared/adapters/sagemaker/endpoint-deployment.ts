import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  type ProductionVariant,
  SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import { TransientFault } from '../../detection/ports';
import { stableId } from '../../domain/ids';
import type { DeploymentState, ModelDeployment } from '../../training/ports';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { AwsRefusal, awsFault } from '../aws/aws-faults';
import type { LiveDocument } from '../live/live-document';
import { withRetries } from '../with-retries';
import { blueGreen } from './blue-green';

export interface EndpointDeploymentOptions extends Partial<AwsClientOptions> {
  readonly region: string;
  readonly endpointName: string;
  /** Of the container: what this version of the functions was deployed with. */
  readonly image: string;
  readonly roleArn: string;
  /** Where the container gets a run's model from: an object of its own, below a prefix that holds nothing else. */
  readonly served: (run: string) => { readonly document: LiveDocument; readonly prefix: string };
  /** Parameter that names the endpoint configuration which scores; deploys of the stacks read it. */
  readonly pointer: string;
  /** Names of alarms; while one fires after traffic moved, the endpoint goes back by itself. */
  readonly alarms: readonly string[];
  /** For one call, retries included; then it rejects with a TransientFault. */
  readonly timeoutMs?: number;
}

const DEFAULTS = { timeoutMs: 20_000, attemptTimeoutMs: 5_000, concurrency: 2 };
const NAME_CHARS_MAX = 63;
const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

const BeforeSchema = z.object({ configuration: z.string(), pointer: z.string() });

/** States in which SageMaker has not decided yet. */
const UNDER_WAY: ReadonlySet<string> = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack']);

/**
 * A SageMaker endpoint: a model and an endpoint configuration for each run, whose names follow from it, and an update of the
 * endpoint in blue and green, which goes back by itself when an alarm fires. Instances are those of the configuration that is
 * live. Rejects with a TransientFault while the endpoint is busy with another update.
 */
export function createEndpointDeployment(options: EndpointDeploymentOptions): ModelDeployment & { close(): void } {
  const settings = { ...DEFAULTS, ...options };
  const { endpointName, image, roleArn, pointer, alarms } = settings;
  const config = awsClientConfig(settings);
  const [sagemaker, ssm] = [new SageMakerClient(config), new SSMClient(config)];
  const endpoint = `endpoint ${endpointName}`;
  const calling = <Result>(what: string, call: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> =>
    withRetries({ ...settings, part: 'endpoint' }, (timeoutMs) =>
      call(AbortSignal.timeout(timeoutMs)).catch((error: unknown) => {
        throw awsFault(error, what, timeoutMs);
      }),
    );
  const nameOf = (run: string) => deploymentName(endpointName, run);
  const described = () =>
    calling(endpoint, (abortSignal) =>
      sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }), { abortSignal }),
    );
  const pointed = () =>
    calling(`parameter ${pointer}`, async (abortSignal) => {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: pointer }), { abortSignal });
      return Parameter!.Value!;
    });
  const point = async (Value: string) => {
    const command = new PutParameterCommand({ Name: pointer, Value, Type: 'String', Overwrite: true });
    await calling(`parameter ${pointer}`, (abortSignal) => ssm.send(command, { abortSignal }));
  };
  const variantOf = (EndpointConfigName: string) =>
    calling(`endpoint configuration ${EndpointConfigName}`, async (abortSignal) => {
      const command = new DescribeEndpointConfigCommand({ EndpointConfigName });
      const { ProductionVariants = [] } = await sagemaker.send(command, { abortSignal });
      if (ProductionVariants.length !== 1)
        throw new AwsRefusal('Variants', `${endpoint} has ${ProductionVariants.length} variants; one can be replaced`);
      return ProductionVariants[0]!;
    });
  const update = async (EndpointConfigName: string, { InitialInstanceCount = 1 }: ProductionVariant) => {
    const command = new UpdateEndpointCommand({
      EndpointName: endpointName,
      EndpointConfigName,
      DeploymentConfig: blueGreen(InitialInstanceCount, alarms),
    });
    await calling(endpoint, (abortSignal) => sagemaker.send(command, { abortSignal }));
  };

  return {
    async current() {
      const { EndpointConfigName = '' } = await described();
      return JSON.stringify({ configuration: EndpointConfigName, pointer: await pointed() });
    },

    async begin({ run, artifact }) {
      const name = nameOf(run);
      const now = await described();
      if (configurationsOf(now).includes(name)) return;
      refuseBusy(now);
      const { document, prefix } = settings.served(run);
      await document.write(`${JSON.stringify(artifact)}\n`);
      await unlessThere(
        () => sagemaker.send(new DescribeModelCommand({ ModelName: name })),
        () =>
          sagemaker.send(
            new CreateModelCommand({
              ModelName: name,
              ExecutionRoleArn: roleArn,
              EnableNetworkIsolation: true,
              PrimaryContainer: {
                Image: image,
                ModelDataSource: {
                  S3DataSource: { S3Uri: prefix, S3DataType: 'S3Prefix', CompressionType: 'None' },
                },
              },
            }),
          ),
        `model ${name}`,
      );
      const variant = { ...(await variantOf(now.EndpointConfigName!)), ModelName: name };
      await unlessThere(
        () => sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name })),
        () =>
          sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: name, ProductionVariants: [variant] })),
        `endpoint configuration ${name}`,
      );
      await update(name, variant);
    },

    async look({ run }): Promise<DeploymentState> {
      const { EndpointStatus = '', EndpointConfigName, FailureReason } = await described();
      if (UNDER_WAY.has(EndpointStatus)) return { state: 'under-way' };
      if (EndpointStatus === 'InService' && EndpointConfigName === nameOf(run)) return { state: 'live' };
      const why = FailureReason ?? `${EndpointConfigName} scores`;
      return { state: 'failed', reason: `the endpoint is ${EndpointStatus} without the new model: ${why}` };
    },

    async keep({ run }) {
      if ((await pointed()) !== nameOf(run)) await point(nameOf(run));
    },

    async takeBack({ run }, before) {
      const { configuration, pointer: pointedBefore } = BeforeSchema.parse(JSON.parse(before));
      const name = nameOf(run);
      if ((await pointed()) === name) await point(pointedBefore);
      const now = await described();
      if (!configurationsOf(now).includes(name) || configuration === name) return;
      refuseBusy(now);
      await update(configuration, await variantOf(configuration));
    },

    close() {
      sagemaker.destroy();
      ssm.destroy();
    },
  };

  function refuseBusy({ EndpointStatus }: DescribeEndpointCommandOutput): void {
    if (EndpointStatus !== 'InService')
      throw new TransientFault('endpoint', `${endpoint} is ${EndpointStatus}; it can be updated once it is InService`);
  }

  /** SageMaker has no error of its own for what does not exist. */
  async function unlessThere(describe: () => Promise<unknown>, create: () => Promise<unknown>, what: string) {
    const isThere = await calling(what, describe).then(
      () => true,
      (error: unknown) => {
        if (error instanceof AwsRefusal && error.reason === 'ValidationException') return false;
        throw error;
      },
    );
    if (!isThere) await calling(what, create);
  }
}

/** The configuration that scores, and the one that is about to. */
function configurationsOf({ EndpointConfigName, PendingDeploymentSummary }: DescribeEndpointCommandOutput) {
  return [EndpointConfigName, PendingDeploymentSummary?.EndpointConfigName];
}

/** Of model and endpoint configuration of a run: readable where SageMaker takes it as a name. */
export function deploymentName(endpointName: string, run: string): string {
  const name = `${endpointName}-${run}`;
  if (name.length <= NAME_CHARS_MAX && NAME.test(name)) return name;
  return `${endpointName}-${stableId('deployment', run).slice(0, 16)}`;
}
