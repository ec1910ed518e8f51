import { type CfnResource, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment';

export interface DataBucketProps {
  readonly environment: Environment;
  /** Absent: a key of S3's own. */
  readonly key?: IKey | undefined;
  /** Where who read and wrote is noted; absent: nowhere. */
  readonly accessLogs?: IBucket;
  readonly versioned?: boolean;
  readonly lifecycle?: readonly LifecycleRule[];
}

/** A bucket that is nobody's business: encrypted, TLS alone, and kept or deleted with its stack as the environment says. */
export function dataBucket(scope: Construct, id: string, props: DataBucketProps): IBucket {
  const { environment, key, accessLogs, versioned, lifecycle } = props;
  return new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    ...(key === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
    ...(accessLogs === undefined
      ? {}
      : { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: `${id.toLowerCase()}/` }),
    versioned: versioned ?? false,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(7) }, ...(lifecycle ?? [])],
    // A bucket that holds anything is not deleted: it must be emptied, or the deletion of its stack fails.
    ...(environment.data === 'kept'
      ? { removalPolicy: RemovalPolicy.RETAIN }
      : { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }),
  }) as IBucket;
}

/**
 * The function by which the CDK empties buckets before they are deleted would log for ever. Call it once in a stack that has
 * buckets.
 */
export function endLogsOfEmptying(stack: Stack, { logDays }: Environment): void {
  const provider = stack.node.tryFindChild('Custom::S3AutoDeleteObjectsCustomResourceProvider');
  const handler = provider?.node.findChild('Handler') as CfnResource | undefined;
  if (handler === undefined) return;
  const logs = new LogGroup(stack, 'EmptyingLogs', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
  handler.addPropertyOverride('LoggingConfig', { LogGroup: logs.logGroupName });
}
