import path from 'node:path';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionName, FunctionVariables } from './function-variables';
import { FIVE_MINUTES } from './operations';
import type { Part } from './part';
import type { Surroundings } from './surroundings';

export interface DeployedFunctionProps<Name extends FunctionName> {
  readonly description: string;
  /** What it works with; together they give all variables that the function's schema asks for. */
  readonly uses: Part<FunctionVariables<Name>>;
  readonly memoryMb: number;
  readonly timeout: Duration;
  /** Does it reach the cache or the store, and so belong into the VPC if there is one? */
  readonly inNetwork: boolean;
  /** What people lose while it fails. */
  readonly impact: string;
}

/** Folder with the bundles: `<bundles>/detect-anomalies/handler.mjs`. Set in the construct tree's context. */
export const BUNDLES = 'tidewatch:bundles';

const VPC_ACCESS = 'service-role/AWSLambdaVPCAccessExecutionRole';

/** A function of lambdas/, with logs that end, an alarm on its errors, and what it works with. */
export class DeployedFunction<Name extends FunctionName = FunctionName> extends LambdaFunction {
  constructor(
    scope: Construct,
    readonly folder: Name,
    surroundings: Surroundings,
    props: DeployedFunctionProps<Name>,
  ) {
    const { environment, network, operations } = surroundings;
    const { description, uses, memoryMb, timeout, inNetwork, impact } = props;
    const logGroup = new LogGroup(scope, `${pascalCase(folder)}Logs`, {
      retention: environment.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${pascalCase(folder)}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Of ${folder} in ${environment.name}`,
      // Network interfaces have no names that could be given beforehand.
      managedPolicies: inNetwork && network !== undefined ? [ManagedPolicy.fromAwsManagedPolicyName(VPC_ACCESS)] : [],
    });
    logGroup.grantWrite(role);
    super(scope, pascalCase(folder), {
      functionName: `tidewatch-${environment.name}-${folder}`,
      description,
      code: Code.fromAsset(path.join(scope.node.getContext(BUNDLES) as string, folder), { exclude: ['*.map'] }),
      handler: 'handler.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      tracing: environment.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      memorySize: memoryMb,
      timeout,
      environment: uses.variables as Record<string, string>,
      role,
      logGroup,
      ...(inNetwork ? network?.place : {}),
    });
    uses.grantTo(this);
    operations.alarm(this, {
      runbook: 'function-fails',
      subject: folder,
      impact,
      metric: this.metricErrors({ period: FIVE_MINUTES }),
      above: 0,
      periods: 3,
    });
  }
}

function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
