import { Duration } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type DataBucketProps, dataBucket } from './data-bucket';

/** What keys in it begin with. */
export const TRAINING_KEYS = {
  /** What live vectors and scores looked like, by day. */
  distributions: 'distributions/',
  /** What they looked like to the newest training. */
  reference: 'reference.json',
  /** Documents of runs; and where their jobs leave theirs. */
  runs: 'runs/',
  jobs: 'jobs/',
  /** Models, where there is no MLflow. */
  registry: 'registry/',
  /** Artifacts of an MLflow that SageMaker manages. */
  mlflow: 'mlflow/',
  /** Models that the endpoint loads. */
  served: 'served/',
  /** The pointer that a model server of one's own follows. */
  live: 'live/',
} as const;

/** Drift looks a day back; a month of days is for people who want to see when it began. */
const DISTRIBUTION_DAYS = 35;
/** What jobs leave is taken over into the documents of their runs. */
const JOB_DAYS = 30;

/** Documents of training runs, and what live vectors look like. */
export function trainingBucket(scope: Construct, props: Omit<DataBucketProps, 'lifecycle'>): IBucket {
  return dataBucket(scope, 'Training', {
    ...props,
    lifecycle: [
      { prefix: TRAINING_KEYS.distributions, expiration: Duration.days(DISTRIBUTION_DAYS) },
      { prefix: TRAINING_KEYS.jobs, expiration: Duration.days(JOB_DAYS) },
    ],
  });
}
