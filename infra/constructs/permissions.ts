import { type IGrantable, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** Exactly these actions; the CDK's own grants give families of them. */
export function allow(user: IGrantable, actions: string[], resource: string): void {
  user.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
}

/** To put objects whose keys are of a pattern, and nothing else. */
export function allowPutting(user: IGrantable, bucket: IBucket, keys: string): void {
  allow(user, ['s3:PutObject'], bucket.arnForObjects(keys));
  bucket.encryptionKey?.grant(user, 'kms:GenerateDataKey', 'kms:Decrypt');
}

/** To publish to a topic, and to use its key. */
export function allowPublishing(user: IGrantable, { topicArn, masterKey }: ITopic): void {
  allow(user, ['sns:Publish'], topicArn);
  masterKey?.grant(user, 'kms:GenerateDataKey', 'kms:Decrypt');
}

/** To hand a role to one service, and to no other that trusts it. */
export function allowPassing(user: IGrantable, role: IRole, service: string): void {
  user.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': service } },
    }),
  );
}
