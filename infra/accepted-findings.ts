/** A finding of a rule pack that stays, and why. */
export interface AcceptedFinding {
  /** Matches the rule and what it found, as `AwsSolutions-IAM5[Action::s3:Abort*]`. */
  readonly rule: RegExp;
  /** Matches the path of the construct, as `prod/stateless/Detection/…`. */
  readonly where: RegExp;
  /** What the reason stands for, where a role may do it on `*`: all of it is allowed somewhere, and nothing else. */
  readonly actions?: readonly string[];
  readonly reason: string;
}

/** A role may do something on any resource. */
export const ON_ANY_RESOURCE = /^AwsSolutions-IAM5\[Resource::\*\]$/;

/** The CDK's functions behind custom resources: created, deleted objects, the live-model pointer, logs of training jobs. */
const CUSTOM_RESOURCES = /\/state(ful|less)\/(AWS679f|Custom::)/;

/**
 * All that the packs AwsSolutions and Serverless of cdk-nag find in any environment. The test fails for a finding that is not
 * here, and for a line here that nothing is found for any more.
 */
export const ACCEPTED_FINDINGS: readonly AcceptedFinding[] = [
  {
    rule: /^AwsSolutions-IAM4\[.*AWSLambdaVPCAccessExecutionRole\]$/,
    where: /Role\/Resource$/,
    reason:
      'Lambda makes network interfaces in the VPC under names of its own; this is the policy that AWS keeps for it.',
  },
  {
    rule: /^AwsSolutions-IAM4\[.*AWSLambdaBasicExecutionRole\]$/,
    where: CUSTOM_RESOURCES,
    reason: 'The role of a function that the CDK brings; it may write logs, and runs while stacks are deployed alone.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/stateless\/.*(Role|Steps\/Role)\/DefaultPolicy\/Resource$/,
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    reason: 'X-Ray takes segments for no resource.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/Training\/(TakingBack\/)?Steps\/Role\/DefaultPolicy\/Resource$/,
    actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    reason: 'A state machine asks X-Ray which executions to trace; the answer belongs to no resource.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/(DetectAnomalies|RescoreDegraded|WatchSilence|DrawChart)Role\/DefaultPolicy\/Resource$/,
    actions: ['timestream:DescribeEndpoints'],
    reason:
      'Who calls Timestream for LiveAnalytics asks first which of its cells the account is in; the tables are named.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/(Model|Training\/Jobs)\/Role\/DefaultPolicy\/Resource$/,
    actions: ['ecr:GetAuthorizationToken'],
    reason: 'ECR gives the token for fetching an image for no resource; the image’s repository is named.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/Training\/Jobs\/Role\/DefaultPolicy\/Resource$/,
    actions: ['cloudwatch:PutMetricData'],
    reason: 'Metrics know no resource; a condition lets jobs put them into SageMaker’s own namespace alone.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/Training\/ShadowModelRole\/DefaultPolicy\/Resource$/,
    actions: ['cloudwatch:GetMetricData'],
    reason: 'How a challenger did is counted in metrics, and who may read metrics may read all.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/Training\/(TakingBack\/)?Steps\/Role\/DefaultPolicy\/Resource$/,
    actions: [
      ...['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery'],
      ...[
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
    ],
    reason: 'A state machine delivers its log by a delivery that it makes, and deliveries know no resource.',
  },
  {
    rule: ON_ANY_RESOURCE,
    where: /\/Training\/Steps\/Role\/DefaultPolicy\/Resource$/,
    actions: ['sagemaker:ListTags'],
    reason: 'Step Functions reads the tags of a job that it waits for before it knows the job’s whole name.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/(quarantine|aws\/lambda|devices|distributions)\/\*\]$/,
    where: /\/(DetectAnomaliesRole|Devices\/Role)\//,
    reason: 'New objects below one prefix of one bucket: their names are not known beforehand.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/timestream\/\*\]$/,
    where: /\/(DetectAnomalies|RescoreDegraded|WatchSilence|DrawChart)Role\//,
    reason:
      'Timestream reports rows that it did not keep, in the name of who writes them, below one prefix of one bucket.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/distributions\/\*\]$/,
    where: /\/WatchDriftRole\//,
    reason: 'Reads what detection has counted, under names that it made.',
  },
  {
    rule: /^AwsSolutions-IAM5\[(Action::(s3:(Abort|DeleteObject|GetBucket|GetObject|List)|kms:(GenerateDataKey|ReEncrypt))\*|Resource::.*\/\*)\]$/,
    where: /\/Archive\/Delivery\/S3 Destination Role\//,
    reason: 'What Firehose asks for on the one bucket that it writes to, as its documentation lists it.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<\w+\.Arn>:\*\]$/,
    where: /\/(SchedulerRoleForTarget-\w+|Archive\/Delivery\/S3 Destination Role)\//,
    reason: 'Any version of one function.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:secret:tidewatch\/\w+\/\*\]$/,
    where: /\/Alerts\/(Api|NotifySlack|NotifyEmail|NotifyWebhook)Role\//,
    reason: 'Rules, which people apply at any time, name secrets; those of the environment are below one prefix.',
  },
  {
    rule: /^Serverless-LambdaEventSourceMappingDestination$/,
    where: /\/SqsEventSource:/,
    reason: 'A queue gives up to its own dead-letter queue, which has an alarm.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/(runs|jobs|served|registry|mlflow|live|points)\/\*\]$/,
    where: /\/(Training|Model|Mlflow)\/.*Role\/DefaultPolicy\/Resource$/,
    reason: 'Objects below one prefix of one bucket: their names follow from runs, which are not known beforehand.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::<\w+\.Arn>:\*\]$/,
    where: /\/Training\/(TakingBack\/)?Steps\/Role\//,
    reason: 'Any version of one function.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:(model|endpoint-config|training-job|alarm)[/:]tidewatch-\w+-\*\]$/,
    where: /\/Training\/(DeployModel|AbandonTraining|Steps\/)?Role\//,
    reason:
      'Models, configurations, jobs and alarms of the environment: their names begin with its own, and end with what is not known beforehand.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*(log-group:\/aws\/sagemaker\/TrainingJobs:(log-stream:tidewatch-\w+-)?\*|repository\/cdk-\*-.*)\]$/,
    where: /\/Training\/Jobs\//,
    reason: 'Streams of one log group, and the one repository in which the CDK keeps images.',
  },
  {
    rule: /^(AwsSolutions-SF2|Serverless-StepFunctionStateMachineXray)$/,
    where: /^emulator\//,
    reason: 'There is no X-Ray in the emulator.',
  },
  {
    rule: /^AwsSolutions-KDF1$/,
    where: /\/Archive\/Delivery\//,
    reason:
      'Firehose encrypts nothing itself when its source is a stream: the stream is encrypted, and so is the bucket.',
  },
  {
    rule: /^AwsSolutions-KDS3$/,
    where: /^prod\/stateful\/Points\//,
    reason: 'The rule prefers the key of AWS, which costs less; an own key is what this environment is set to.',
  },
  {
    rule: /^AwsSolutions-TS3$/,
    where: /^dev\/stateful\/Store\//,
    reason: 'The rule wants an own key, which costs more; a key of AWS’s is what this environment is set to.',
  },
  {
    rule: /^AwsSolutions-SMG4$/,
    where: /\/stateful\/(States\/Password|Store\/(Login|Token))\//,
    reason: 'Rotated by hand for now, since functions take a secret once in their life: docs/deploy.md says how.',
  },
  {
    rule: /^(AwsSolutions-SQS3|Serverless-SQSRedrivePolicy)$/,
    where: /(\/Missed|GivenUp)\//,
    reason: 'Is itself where messages end, and has an alarm.',
  },
  {
    rule: /^Serverless-LambdaAsyncFailureDestination$/,
    where: /-schedule\//,
    reason: 'A run that failed is not repeated, the next one goes on; the alarm on its errors says so.',
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    where: /./,
    reason:
      'Streams give up to a bucket, schedules to a queue, Firehose to a prefix, and a deployment that is not answered fails.',
  },
  {
    rule: /^Serverless-Lambda(DefaultMemorySize|Tracing)$/,
    where: CUSTOM_RESOURCES,
    reason: 'A function that the CDK brings; it runs while stacks are deployed alone.',
  },
  {
    rule: /^Serverless-LambdaTracing$/,
    where: /^emulator\//,
    reason: 'There is no X-Ray in the emulator.',
  },
];
