import path from 'node:path';
import { CfnCondition, CfnParameter, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { ModelSettings } from '../config/environment';
import type { DeployedFunction } from './deployed-function';
import { liveModelParameter, SHIPPED_MODEL } from './live-model-pointer';
import type { Operations } from './operations';
import { type Part, plain } from './part';
import { allow } from './permissions';
import type { Surroundings } from './surroundings';

export interface EndpointVariables {
  readonly ENDPOINT_NAME: string;
  readonly SAGEMAKER_URL?: string;
}

/** Folder with the model server's bundle and Dockerfile. Set in the construct tree's context. */
export const MODEL_SERVER_IMAGE = 'tidewatch:model-server-image';

/** What an endpoint of SageMaker's is updated with. */
export interface Updatable {
  readonly endpointName: string;
  readonly endpointArn: string;
  /** Of the configuration that the stack has made: it scores at first, under a name of CloudFormation's. */
  readonly shippedArn: string;
  readonly image: string;
  readonly role: Role;
  /** While one of these fires, an update goes back. */
  readonly alarms: readonly string[];
}

/** `updatable`: absent where a model server is there already. */
export interface ModelPart extends Part<EndpointVariables> {
  readonly updatable?: Updatable;
}

/** The endpoint that scores, as the environment has it. */
export function modelEndpoint(scope: Construct, surroundings: Surroundings): ModelPart {
  const { model, name } = surroundings.environment;
  if (model.kind === 'url') return plain({ ENDPOINT_NAME: `tidewatch-${name}`, SAGEMAKER_URL: model.url });
  return new ModelEndpoint(scope, 'Model', surroundings, model);
}

/**
 * A SageMaker endpoint with the model that this version ships, unless the live-model pointer names another endpoint
 * configuration: a deploy reads it and stays with what it names.
 */
class ModelEndpoint extends Construct implements ModelPart {
  readonly variables: EndpointVariables;
  readonly updatable: Updatable;
  private readonly endpointArn: string;

  constructor(
    scope: Construct,
    id: string,
    { environment: { name, logDays }, operations }: Surroundings,
    { instance, instances }: ModelSettings & { readonly kind: 'sagemaker' },
  ) {
    super(scope, id);
    const endpointName = `tidewatch-${name}`;
    const image = modelServerImage(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
      description: 'Of the model container: fetches its image, writes its logs',
    });
    image.repository.grantPull(role);
    // The name under which SageMaker would make one itself, whose logs never end.
    const logs = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/sagemaker/Endpoints/${endpointName}`,
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'], logs.logGroupArn);
    const shipped = new CfnModel(this, 'Shipped', {
      executionRoleArn: role.roleArn,
      primaryContainer: { image: image.imageUri },
      // It calls nobody.
      enableNetworkIsolation: true,
    });
    shipped.node.addDependency(role);
    const configuration = new CfnEndpointConfig(this, 'ShippedConfiguration', {
      productionVariants: [
        {
          variantName: VARIANT,
          modelName: shipped.attrModelName,
          instanceType: instance,
          initialInstanceCount: instances,
          initialVariantWeight: 1,
        },
      ],
    });
    new CfnEndpoint(this, 'Endpoint', {
      endpointName,
      endpointConfigName: this.liveConfiguration(name, configuration),
    });
    this.endpointArn = Stack.of(this).formatArn({
      service: 'sagemaker',
      resource: 'endpoint',
      resourceName: endpointName,
    });
    this.variables = { ENDPOINT_NAME: endpointName };
    const alarms = alarmsOf(this, operations, endpointName).map(({ alarmName }) => alarmName);
    this.updatable = {
      ...{ endpointName, endpointArn: this.endpointArn, shippedArn: configuration.ref },
      ...{ image: image.imageUri, role, alarms },
    };
  }

  grantTo(user: DeployedFunction): void {
    allow(user, ['sagemaker:InvokeEndpoint'], this.endpointArn);
  }

  /** CloudFormation reads the parameter anew at every deploy. */
  private liveConfiguration(environment: string, shipped: CfnEndpointConfig): string {
    const pointer = new CfnParameter(this, 'LiveModel', {
      type: 'AWS::SSM::Parameter::Value<String>',
      default: liveModelParameter(environment),
      description: 'Names the endpoint configuration that scores',
    });
    const isShipped = new CfnCondition(this, 'IsShipped', {
      expression: Fn.conditionEquals(pointer.valueAsString, SHIPPED_MODEL),
    });
    return Fn.conditionIf(isShipped.logicalId, shipped.attrEndpointConfigName, pointer.valueAsString).toString();
  }
}

/** The model server's, which also trains. */
export function modelServerImage(scope: Construct): DockerImageAsset {
  return new DockerImageAsset(scope, 'Image', {
    directory: path.resolve(scope.node.getContext(MODEL_SERVER_IMAGE) as string),
    platform: Platform.LINUX_AMD64,
  });
}

const VARIANT = 'live';

/** Of scoring itself; an update of the endpoint goes back while one fires. */
function alarmsOf(scope: Construct, operations: Operations, endpointName: string) {
  const metric = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/SageMaker',
      metricName,
      dimensionsMap: { EndpointName: endpointName, VariantName: VARIANT },
      statistic,
      period: Duration.minutes(1),
    });
  return [
    operations.alarm(scope, {
      runbook: 'model-errors',
      impact: 'The endpoint answers with errors; the built-in model scores in its place.',
      metric: metric('Invocation5XXErrors', Stats.SUM),
      above: 0,
      periods: 2,
    }),
    operations.alarm(scope, {
      runbook: 'model-slow',
      impact: 'The endpoint takes long; batches wait for scores, and give up on them.',
      metric: metric('ModelLatency', Stats.percentile(99)),
      above: LATENCY_MICROSECONDS_MAX,
      periods: 3,
    }),
  ];
}

/** Half of what functions wait for one call. */
const LATENCY_MICROSECONDS_MAX = 1_000_000;
