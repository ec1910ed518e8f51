import path from 'node:path';
import { CfnCondition, CfnParameter, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { Environment, ModelSettings } from '../config/environment';
import type { DeployedFunction } from './deployed-function';
import { liveModelParameter, SHIPPED_MODEL } from './live-model-pointer';
import { type Part, plain } from './part';
import { allow } from './permissions';

export interface EndpointVariables {
  readonly ENDPOINT_NAME: string;
  readonly SAGEMAKER_URL?: string;
}

/** Folder with the model server's bundle and Dockerfile. Set in the construct tree's context. */
export const MODEL_SERVER_IMAGE = 'tidewatch:model-server-image';

/** The endpoint that scores, as the environment has it. */
export function modelEndpoint(scope: Construct, environment: Environment): Part<EndpointVariables> {
  const { model, name } = environment;
  if (model.kind === 'url') return plain({ ENDPOINT_NAME: `tidewatch-${name}`, SAGEMAKER_URL: model.url });
  return new ModelEndpoint(scope, 'Model', environment, model);
}

/**
 * A SageMaker endpoint with the model that this version ships, unless the live-model pointer names another endpoint
 * configuration: a deploy reads it and stays with what it names.
 */
class ModelEndpoint extends Construct implements Part<EndpointVariables> {
  readonly variables: EndpointVariables;
  private readonly endpointArn: string;

  constructor(
    scope: Construct,
    id: string,
    { name, logDays }: Environment,
    { instance, instances }: ModelSettings & { readonly kind: 'sagemaker' },
  ) {
    super(scope, id);
    const endpointName = `tidewatch-${name}`;
    const image = new DockerImageAsset(this, 'Image', {
      directory: path.resolve(this.node.getContext(MODEL_SERVER_IMAGE) as string),
      platform: Platform.LINUX_AMD64,
    });
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
          variantName: 'live',
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
