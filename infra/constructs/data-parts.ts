import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Environment } from '../config/environment';
import { type Part, plain } from './part';
import { allow, allowPublishing, allowPutting } from './permissions';
import { TRAINING_KEYS } from './training-bucket';

/** The topic "anomalies", to publish to. */
export function publishing(topic: ITopic): Part<{ readonly TOPIC_ARN: string }> {
  return {
    variables: { TOPIC_ARN: topic.topicArn },
    grantTo: (user) => allowPublishing(user, topic),
  };
}

/** The bucket of records that cannot be used, to write to. */
export function quarantining(bucket: IBucket): Part<{ readonly QUARANTINE_BUCKET: string }> {
  return {
    variables: { QUARANTINE_BUCKET: bucket.bucketName },
    grantTo: (user) => allowPutting(user, bucket, 'quarantine/*'),
  };
}

/** The settings document, to read. */
export function knowingSettings(bucket: IBucket): Part<{ readonly SETTINGS_BUCKET: string }> {
  return {
    variables: { SETTINGS_BUCKET: bucket.bucketName },
    grantTo(user) {
      allow(user, ['s3:GetObject'], bucket.arnForObjects('settings.json'));
      // Without it, that there is no document looks like a lack of permission.
      allow(user, ['s3:ListBucket'], bucket.bucketArn);
      bucket.encryptionKey?.grant(user, 'kms:Decrypt');
    },
  };
}

/** The document of a challenger, beside the settings, to read. */
export function knowingChallenger(settings: IBucket): Part<object> {
  return {
    variables: {},
    grantTo: (user) => allow(user, ['s3:GetObject'], settings.arnForObjects('challenger.json')),
  };
}

/** Counts of what vectors and scores look like, to write. */
export function countingDistributions(training: IBucket): Part<{ readonly DISTRIBUTIONS_BUCKET: string }> {
  return {
    variables: { DISTRIBUTIONS_BUCKET: training.bucketName },
    grantTo: (user) => allowPutting(user, training, `${TRAINING_KEYS.distributions}*`),
  };
}

/** The stream of points, to look how far it goes. */
export function lookingInto(stream: IStream): Part<{ readonly STREAM_ARN: string }> {
  return {
    variables: { STREAM_ARN: stream.streamArn },
    grantTo(user) {
      stream.grant(user, 'kinesis:ListShards', 'kinesis:GetShardIterator', 'kinesis:GetRecords');
      stream.encryptionKey?.grant(user, 'kms:Decrypt');
    },
  };
}

/** How many series may have a memory, and how many may be stored without one. */
export function budgeting({
  budget,
}: Environment): Part<{ readonly BUDGET_SERIES?: string; readonly BUDGET_STRANGERS?: string }> {
  if (budget === undefined) return plain({});
  return plain({ BUDGET_SERIES: String(budget.series), BUDGET_STRANGERS: String(budget.strangers) });
}

/** Whose telemetry it is. */
export function telling({
  name,
  tracing,
}: Environment): Part<{ readonly ENVIRONMENT: string; readonly TRACING: 'on' | 'off' }> {
  return plain({ ENVIRONMENT: name, TRACING: tracing ? 'on' : 'off' });
}
