import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** Exactly these actions; the CDK's own grants give families of them. */
export function allow(user: IGrantable, actions: string[], resource: string): void {
  user.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
}

/** To put objects whose keys are of a pattern, and nothing else. */
export function allowPutting(user: IGrantable, bucket: IBucket, keys: string): void {
  allow(user, ['s3:PutObject'], bucket.arnForObjects(keys));
  bucket.encryptionKey?.grant(user, 'kms:GenerateDataKey', 'kms:Decrypt');
}
