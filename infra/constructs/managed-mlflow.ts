import { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnMlflowTrackingServer } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { Environment, RegistrySettings } from '../config/environment';
import { allow, allowPutting } from './permissions';
import { TRAINING_KEYS } from './training-bucket';

/** An MLflow tracking server that SageMaker manages: its own database, and artifacts in the training bucket. */
export class ManagedMlflow extends Construct {
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    { name, data }: Environment,
    { size }: RegistrySettings & { readonly kind: 'sagemaker' },
    training: IBucket,
  ) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
      description: `Of the MLflow server in ${name}: reads and writes artifacts`,
    });
    const artifacts = `${TRAINING_KEYS.mlflow}*`;
    allow(role, ['s3:GetObject'], training.arnForObjects(artifacts));
    allow(role, ['s3:ListBucket'], training.bucketArn);
    allowPutting(role, training, artifacts);
    const server = new CfnMlflowTrackingServer(this, 'Server', {
      trackingServerName: `tidewatch-${name}`,
      trackingServerSize: size,
      artifactStoreUri: `s3://${training.bucketName}/${TRAINING_KEYS.mlflow.slice(0, -1)}`,
      roleArn: role.roleArn,
      // Models are registered in MLflow alone: nothing of ours reads SageMaker's own registry.
      automaticModelRegistration: false,
    });
    // It looks for its bucket when it is made.
    server.node.addDependency(role);
    server.applyRemovalPolicy(data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    this.arn = server.attrTrackingServerArn;
  }
}
