import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { Environment } from '../config/environment';

/** What the pointer says as long as nobody has chosen a model: the one that the deployed version ships. */
export const SHIPPED_MODEL = 'shipped';

/**
 * Which endpoint configuration is live: a parameter that is made once and never written by a deploy again, whatever changes
 * here. A CloudFormation parameter resource would not do: an update of any property of it writes its value too.
 */
export class LiveModelPointer extends Construct {
  constructor(scope: Construct, id: string, { name, data, logDays }: Environment) {
    super(scope, id);
    const parameter = liveModelParameter(name);
    new AwsCustomResource(this, 'Created', {
      onCreate: {
        service: 'SSM',
        action: 'putParameter',
        parameters: {
          Name: parameter,
          Value: SHIPPED_MODEL,
          Type: 'String',
          Overwrite: false,
          Description: `SageMaker endpoint configuration that scores in ${name}; ${SHIPPED_MODEL}: the deployed version's own`,
        },
        ignoreErrorCodesMatching: 'ParameterAlreadyExists',
        physicalResourceId: PhysicalResourceId.of(parameter),
      },
      // Left behind, it would name an endpoint configuration that is gone, and the next first deploy would fail of it.
      ...(data === 'kept'
        ? {}
        : {
            onDelete: {
              service: 'SSM',
              action: 'deleteParameter',
              parameters: { Name: parameter },
              ignoreErrorCodesMatching: 'ParameterNotFound',
            },
          }),
      policy: AwsCustomResourcePolicy.fromSdkCalls({
        resources: [
          Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName: parameter.slice(1) }),
        ],
      }),
      installLatestAwsSdk: false,
      logGroup: new LogGroup(this, 'Logs', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY }),
    });
  }
}

export function liveModelParameter(environment: string): string {
  return `/tidewatch/${environment}/live-model`;
}
