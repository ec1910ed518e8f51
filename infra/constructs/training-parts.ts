import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { LIST_INDEX } from '../../shared/adapters/dynamodb/table';
import type { Part } from './part';
import { allow, allowPutting } from './permissions';
import { TRAINING_KEYS } from './training-bucket';

/** Keys of a bucket, to read and to write. */
export function keeping(bucket: IBucket, keys: string): Part<object> {
  return {
    variables: {},
    grantTo(user) {
      allow(user, ['s3:GetObject'], bucket.arnForObjects(keys));
      // Without it, that there is no document looks like a lack of permission.
      allow(user, ['s3:ListBucket'], bucket.bucketArn);
      allowPutting(user, bucket, keys);
    },
  };
}

/** Documents of runs. */
export function workingOnRuns(training: IBucket): Part<{ readonly TRAINING_BUCKET: string }> {
  return {
    variables: { TRAINING_BUCKET: training.bucketName },
    grantTo: (user) => keeping(training, `${TRAINING_KEYS.runs}*`).grantTo(user),
  };
}

/** The document of a challenger, beside the settings, to write and to take away. */
export function challenging(settings: IBucket): Part<{ readonly SETTINGS_BUCKET: string }> {
  return {
    variables: { SETTINGS_BUCKET: settings.bucketName },
    grantTo(user) {
      keeping(settings, 'challenger.json').grantTo(user);
      allow(user, ['s3:DeleteObject'], settings.arnForObjects('challenger.json'));
    },
  };
}

/** The archive of points, to look what is there. */
export function listingPoints(archive: IBucket): Part<{ readonly ARCHIVE_BUCKET: string }> {
  return {
    variables: { ARCHIVE_BUCKET: archive.bucketName },
    grantTo: (user) => allow(user, ['s3:ListBucket'], archive.bucketArn),
  };
}

/** The archive of points, to read. */
export function readingPoints(archive: IBucket): Part<object> {
  return {
    variables: {},
    grantTo(user) {
      allow(user, ['s3:GetObject'], archive.arnForObjects('points/*'));
      archive.encryptionKey?.grant(user, 'kms:Decrypt');
    },
  };
}

/** What live vectors are compared with, to write. */
export function referring(training: IBucket): Part<object> {
  return { variables: {}, grantTo: (user) => allowPutting(user, training, TRAINING_KEYS.reference) };
}

/** Sums of what detection told of a challenger. */
export const countingShadow: Part<object> = {
  variables: {},
  // Metrics have no resource.
  grantTo: (user) => allow(user, ['cloudwatch:GetMetricData'], '*'),
};

/** How models are put live where a model server by URL follows a document. */
export function deployingDocument(training: IBucket): Part<{ readonly DEPLOYMENT: 'document' }> {
  return { ...keeping(training, `${TRAINING_KEYS.live}*`), variables: { DEPLOYMENT: 'document' } };
}

/** The table of alerts, to read what people said of them. */
export function readingAlerts(table: ITable): Part<{ readonly ALERTS_TABLE: string }> {
  return {
    variables: { ALERTS_TABLE: table.tableName },
    grantTo(user) {
      allow(user, ['dynamodb:BatchGetItem', 'dynamodb:Query'], table.tableArn);
      allow(user, ['dynamodb:Query'], `${table.tableArn}/index/${LIST_INDEX}`);
      table.encryptionKey?.grant(user, 'kms:Decrypt', 'kms:DescribeKey');
    },
  };
}
