import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Environment } from '../config/environment';
import { type Part, plain } from './part';

/** The topic "anomalies", to publish to. */
export function publishing(topic: ITopic): Part<{ readonly TOPIC_ARN: string }> {
  return { variables: { TOPIC_ARN: topic.topicArn }, grantTo: (user) => void topic.grantPublish(user) };
}

/** The bucket of records that cannot be used, to write to. */
export function quarantining(bucket: IBucket): Part<{ readonly QUARANTINE_BUCKET: string }> {
  return {
    variables: { QUARANTINE_BUCKET: bucket.bucketName },
    grantTo: (user) => void bucket.grantPut(user, 'quarantine/*'),
  };
}

/** The settings document, to read. */
export function knowingSettings(bucket: IBucket): Part<{ readonly SETTINGS_BUCKET: string }> {
  return {
    variables: { SETTINGS_BUCKET: bucket.bucketName },
    // Listing too: without it, that there is no document looks like a lack of permission.
    grantTo: (user) => void bucket.grantRead(user, 'settings.json'),
  };
}

/** The stream of points, to look how far it goes. */
export function lookingInto(stream: IStream): Part<object> {
  return {
    variables: {},
    grantTo: (user) => void stream.grant(user, 'kinesis:GetShardIterator', 'kinesis:GetRecords'),
  };
}

/** Whose telemetry it is. */
export function telling({
  name,
  tracing,
}: Environment): Part<{ readonly ENVIRONMENT: string; readonly TRACING: 'on' | 'off' }> {
  return plain({ ENVIRONMENT: name, TRACING: tracing ? 'on' : 'off' });
}
