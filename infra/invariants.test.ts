import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { DefinitionBody, IntegrationPattern, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { S3Location, SageMakerCreateTrainingJob } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { JOB_METRICS } from '../apps/model-server/train/metric-lines';
import { ATTRIBUTE, tableDefinition } from '../shared/adapters/dynamodb/table';
import { BAKING_SECONDS, UPDATE_SECONDS_MAX } from '../shared/adapters/sagemaker/blue-green';
import { influxSeriesAdvised, limitsOf, overfull } from '../shared/costs/capacity';
import { alarmsPerWeek, budgetBytes } from '../shared/costs/measured';
import { PLACE_KEPT_MS } from '../shared/detection/source-places';
import { STEPS } from '../shared/training/steps/order';
import { PRODUCT_METRICS } from '../test/product-metrics';
import type { Environment } from './config/environment';
import {
  ENVIRONMENTS,
  NAMES,
  resourcesOf,
  type Synthesized,
  synthesized,
  withManagedMlflow,
} from './testing/synthesized';

const { stacks } = synthesized();
/** With what a row may have and none of ours has. */
const managed = synthesized([withManagedMlflow('prod')]);
const all = (type: string) => resourcesOf(stacks, type);
const functions = all('AWS::Lambda::Function');
const alarms = all('AWS::CloudWatch::Alarm');
/** Of the CDK's own custom resources. */
const product = functions.filter(({ properties }) => properties['FunctionName'] !== undefined);

/** Is there an alarm in this template whose metric has this dimension? */
function isWatched(where: { readonly stack: unknown }, metric: string, id: string): boolean {
  return alarms.some(
    ({ stack, properties }) =>
      stack === where.stack &&
      properties['MetricName'] === metric &&
      JSON.stringify(properties['Dimensions']).includes(`"${id}"`),
  );
}

const unless = <Item extends { readonly where: string }>(items: readonly Item[], holds: (item: Item) => boolean) =>
  items.filter((item) => !holds(item)).map(({ where }) => where);

test('there is something to check', () => {
  expect(product.length).toBeGreaterThan(10);
  expect(alarms.length).toBeGreaterThan(40);
});

describe('every environment', () => {
  const FOLDERS = readdirSync(path.join(__dirname, '../lambdas'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test.each(ENVIRONMENTS.map((row) => [row.name, row] as const))('%s has every function of lambdas/', (name, row) => {
    const there = product
      .filter(({ environment }) => environment === row)
      .map(({ properties }) => String(properties['FunctionName']).replace(`tidewatch-${name}-`, ''));
    // The maker of the store's token is where the stacks make the store.
    const expected = FOLDERS.filter((one) => one !== 'prepare-influx' || row.store.kind === 'timestream-influx');
    expect(there.sort()).toEqual(expected.sort());
  });

  test('has alerts, archive, training, dashboard and a way in by HTTPS', () => {
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::KinesisFirehose::DeliveryStream',
      'AWS::StepFunctions::StateMachine',
      'AWS::CloudWatch::Dashboard',
      'AWS::Lambda::Url',
    ])
      expect([type, [...new Set(all(type).map(({ environment }) => environment.name))]]).toEqual([type, NAMES]);
  });

  test.each(ENVIRONMENTS.filter(({ name }) => name !== 'emulator').map((row) => [row.name, row] as const))(
    '%s carries with room what its row says that it is sized for',
    (_, row) => {
      const { sources, metrics, intervalSeconds } = row.sizedFor!;
      const load = {
        sources,
        metrics,
        intervalMs: 1_000 * intervalSeconds,
        pointsPerRecord: 1,
        alarmsPerWeek: alarmsPerWeek(metrics),
      };
      expect(overfull(limitsOf(row, load))).toEqual([]);
    },
  );

  test('keeps rows for as long as they are scored again, and until a week of them is there to look at', () => {
    const days = ENVIRONMENTS.flatMap(({ store, schedules }) =>
      store.kind === 'timestream-influx' ? [{ ...store, ...schedules }] : [],
    );
    expect(days.length).toBeGreaterThan(2);
    for (const { retentionDays = Number.POSITIVE_INFINITY, rescoreHours } of days)
      expect(retentionDays).toBeGreaterThanOrEqual(Math.max(7, rescoreHours / 24));
  });

  test('has its InfluxDB told how long its row keeps rows', () => {
    const told = all('AWS::CloudFormation::CustomResource').flatMap(({ environment, properties }) =>
      properties['RetentionDays'] === undefined ? [] : [[environment.store, properties['RetentionDays']]],
    );
    expect(told.length).toBeGreaterThan(2);
    for (const [store, days] of told) expect(store).toMatchObject({ retentionDays: days });
  });

  test('tells the names that pages ask for', () => {
    const folder = path.join(__dirname, '../docs');
    const asked = readdirSync(folder)
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => [
        ...readFileSync(path.join(folder, file), 'utf8').matchAll(
          /--stack-name tidewatch-dev-(\w+)[^\n]*(?:\\\n)?[^\n]*OutputKey=='(\w+)'/g,
        ),
      ])
      .map(([, stack, name]) => ({ stack: stack!, name: name! }));
    expect(asked.length).toBeGreaterThan(3);
    const missing = stacks
      .filter(({ environment }) => environment.name !== 'emulator')
      .flatMap(({ stack, template }) =>
        asked
          .filter((one) => one.stack === stack.node.id && !(one.name in (template.Outputs ?? {})))
          .map(({ name }) => `${stack.stackName} ${name}`),
      );
    expect(missing).toEqual([]);
  });

  test('has all that is to run by itself on a schedule', () => {
    const expected = ['rescore-degraded', 'route-alerts', 'training', 'watch-drift', 'watch-silence'];
    for (const name of NAMES) {
      const there = all('AWS::Scheduler::Schedule').filter(({ environment }) => environment.name === name);
      expect(
        there.map(({ properties }) => String(properties['Name']).replace(`tidewatch-${name}-`, '')).sort(),
      ).toEqual(expected);
      expect(unless(there, ({ properties }) => (properties['State'] ?? 'ENABLED') === 'ENABLED')).toEqual([]);
    }
  });
});

describe('functions', () => {
  test('logs of the model end as well, in the group that SageMaker writes to', () => {
    const endpoints = all('AWS::SageMaker::Endpoint');
    expect(endpoints.length).toBeGreaterThan(0);
    const groups = all('AWS::Logs::LogGroup').map(({ properties }) => properties);
    const isKept = ({ properties }: (typeof endpoints)[number]) =>
      groups.some(
        (group) =>
          group['LogGroupName'] === `/aws/sagemaker/Endpoints/${properties['EndpointName']}` &&
          group['RetentionInDays'] !== undefined,
      );
    expect(unless(endpoints, isKept)).toEqual([]);
    const policies = all('AWS::IAM::Policy').map(({ properties }) => JSON.stringify(properties));
    const making = policies.filter((policy) => policy.includes('logs:CreateLogGroup'));
    // But for the one that all training jobs of an account write to, whose logs end as well.
    expect(making.filter((policy) => !policy.includes('log-group:/aws/sagemaker/TrainingJobs"'))).toEqual([]);
    const ends = all('Custom::AWS').filter(({ properties }) =>
      JSON.stringify(properties).includes('putRetentionPolicy'),
    );
    expect(ends).toHaveLength(making.length);
  });

  test('none is without a log group whose logs end', () => {
    const groups = new Map(
      all('AWS::Logs::LogGroup').map(({ stack, id, properties }) => [`${stack}/${id}`, properties]),
    );
    const hasRetention = ({ stack, properties }: (typeof functions)[number]) => {
      const { LogGroup } = (properties['LoggingConfig'] ?? {}) as { LogGroup?: { Ref: string } };
      return groups.get(`${stack}/${LogGroup?.Ref}`)?.['RetentionInDays'] !== undefined;
    };
    expect(unless(functions, hasRetention)).toEqual([]);
  });

  test('none is without an alarm on its errors', () => {
    expect(unless(product, (one) => isWatched(one, 'Errors', one.id))).toEqual([]);
  });

  test('all run on the newest Node.js, on Arm, and say for whom', () => {
    const isSo = ({ properties }: (typeof functions)[number]) =>
      properties['Runtime'] === 'nodejs24.x' &&
      JSON.stringify(properties['Architectures']) === '["arm64"]' &&
      'ENVIRONMENT' in (properties['Environment'] as { Variables: object }).Variables;
    expect(unless(product, isSo)).toEqual([]);
  });

  test('what a stream gives up goes to a bucket, and that has an alarm; so has what is lost altogether', () => {
    const mappings = all('AWS::Lambda::EventSourceMapping').filter(
      ({ properties }) => 'StartingPosition' in properties,
    );
    const metrics = ['OnFailureDestinationDeliveredEventCount', 'DroppedEventCount'];
    expect(mappings.length).toBeGreaterThan(0);
    expect(
      unless(
        mappings,
        (one) =>
          JSON.stringify(one.properties['DestinationConfig']).includes('OnFailure') &&
          Number(one.properties['MaximumRetryAttempts']) > 0 &&
          Number(one.properties['MaximumRecordAgeInSeconds']) > 0 &&
          metrics.every((metric) => isWatched(one, metric, one.id)),
      ),
    ).toEqual([]);
  });

  test('what is called by a schedule has a queue for calls that were missed', () => {
    const schedules = all('AWS::Scheduler::Schedule');
    expect(schedules.length).toBeGreaterThan(0);
    expect(
      unless(schedules, ({ properties }) => JSON.stringify(properties['Target']).includes('DeadLetterConfig')),
    ).toEqual([]);
  });

  test('that a schedule has stopped is seen by what nobody but the schedule does', () => {
    const called = new Set(
      all('AWS::Lambda::EventSourceMapping').map(
        ({ stack, properties }) => `${stack}/${JSON.stringify(properties['FunctionName'])}`,
      ),
    );
    const stopped = alarms.filter(({ properties }) => String(properties['AlarmName']).includes('-schedule-stopped-'));
    expect(stopped.length).toBeGreaterThan(NAMES.length);
    const isOfSchedule = ({ stack, properties }: (typeof stopped)[number]) => {
      const [{ Value } = { Value: undefined }] = (properties['Dimensions'] ?? []) as { Value: unknown }[];
      return properties['MetricName'] !== 'Invocations' || !called.has(`${stack}/${JSON.stringify(Value)}`);
    };
    expect(unless(stopped, isOfSchedule)).toEqual([]);
  });

  test('an asynchronous call that fails is told, since it is not repeated', () => {
    const configured = all('AWS::Lambda::EventInvokeConfig');
    expect(
      unless(configured, (one) => {
        const { Ref } = one.properties['FunctionName'] as { Ref: string };
        return isWatched(one, 'Errors', Ref);
      }),
    ).toEqual([]);
  });

  test('re-scoring looks back for a time that is given', () => {
    const rescoring = product.filter(({ properties }) =>
      String(properties['FunctionName']).endsWith('rescore-degraded'),
    );
    expect(rescoring).toHaveLength(NAMES.length);
    expect(unless(rescoring, ({ properties }) => JSON.stringify(properties).includes('"RESCORE_HOURS":"72"'))).toEqual(
      [],
    );
  });

  test('no secret stands in a variable', () => {
    const isClean = ({ properties }: (typeof functions)[number]) =>
      !JSON.stringify(properties['Environment'] ?? {}).includes('resolve:secretsmanager');
    expect(unless(functions, isClean)).toEqual([]);
  });
});

describe('a detection that nobody calls', () => {
  const standing = alarms.filter(({ properties }) => String(properties['AlarmName']).endsWith('-detection-stands'));

  test('is told by the watch for silence, as often as that runs', () => {
    expect(standing).toHaveLength(NAMES.length);
    for (const { environment, properties } of standing) {
      expect(ofAlarm(properties)).toEqual({ namespace: 'Tidewatch', metric: 'waitingMs', service: 'watch-silence' });
      expect(properties).toMatchObject({
        Statistic: 'Maximum',
        Period: 60 * environment.schedules.watchSilenceMinutes,
        TreatMissingData: 'notBreaching',
      });
      // A run that is a little late must not put it off.
      expect(Number(properties['DatapointsToAlarm'])).toBeLessThan(Number(properties['EvaluationPeriods']));
    }
  });

  test('and a watch that does not run, fails or is not called has alarms of its own', () => {
    for (const runbook of ['schedule-stopped', 'schedule-missed', 'function-fails'])
      expect(
        alarms.filter(({ properties }) => String(properties['AlarmName']).endsWith(`-${runbook}-watch-silence`)),
      ).toHaveLength(NAMES.length);
  });

  test('has an alarm on what Lambda refuses to run', () => {
    const detecting = product.filter(({ properties }) => /detect-anomalies$/.test(String(properties['FunctionName'])));
    expect(detecting).toHaveLength(NAMES.length);
    expect(unless(detecting, (one) => isWatched(one, 'Throttles', one.id))).toEqual([]);
  });
});

describe('memories that are lost', () => {
  const named = (metric: string) => alarms.filter(({ properties }) => properties['MetricName'] === metric);

  test.each(['warmed', 'warmingBudgetSpent', 'stateLost'])('are told of by what detection counts as %s', (metric) => {
    expect(named(metric).map(({ environment }) => environment.name)).toEqual(NAMES);
    for (const { properties } of named(metric))
      expect(ofAlarm(properties)).toMatchObject({ namespace: 'Tidewatch', service: 'detect-anomalies' });
  });

  test('and every cache of ours tells of what it evicts, by the name that it has', () => {
    const caches = all('AWS::ElastiCache::ServerlessCache');
    expect(caches.length).toBeGreaterThan(2);
    expect(named('Evictions').map(({ properties }) => properties['Dimensions'])).toEqual(
      caches.map(({ properties }) => [{ Name: 'clusterId', Value: properties['ServerlessCacheName'] }]),
    );
  });
});

describe('queues', () => {
  const queues = all('AWS::SQS::Queue');
  const deadEnds = queues.filter(({ properties }) => properties['RedrivePolicy'] === undefined);

  test('every queue has a dead-letter queue and an alarm, or is one with an alarm', () => {
    expect(queues.length).toBeGreaterThan(0);
    expect(unless(deadEnds, (one) => isWatched(one, 'ApproximateNumberOfMessagesVisible', one.id))).toEqual([]);
  });

  test('what waits for people longer than it should is told, although nothing fails', () => {
    const filled = all('AWS::SNS::Subscription').filter(({ properties }) => properties['Protocol'] === 'sqs');
    expect(filled).toHaveLength(4 * NAMES.length);
    const isTold = (one: (typeof filled)[number]) => {
      const [id] = (one.properties['Endpoint'] as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'];
      return isWatched(one, 'ApproximateAgeOfOldestMessage', id);
    };
    expect(unless(filled, isTold)).toEqual([]);
  });
});

describe('alarms', () => {
  const runbook = readFileSync(path.join(__dirname, '..', 'docs', 'runbook.md'), 'utf8');
  const headings = new Set([...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading));

  test('every one says what people lose, and what to do under a heading of the runbook', () => {
    const isExplained = ({ properties }: (typeof alarms)[number]) => {
      const [, impact, anchor] =
        /^(.{20,}\.) What to do: docs\/runbook\.md#([a-z-]+)$/.exec(String(properties['AlarmDescription'])) ?? [];
      return impact !== undefined && headings.has(anchor);
    };
    expect(unless(alarms, isExplained)).toEqual([]);
  });

  test('every one goes to the operators, past the alerts that it watches over', () => {
    const goesToOperators = ({ properties }: (typeof alarms)[number]) =>
      /Operators/.test(JSON.stringify(properties['AlarmActions'])) &&
      /Operators/.test(JSON.stringify(properties['OKActions']));
    expect(unless(alarms, goesToOperators)).toEqual([]);
  });

  test('CloudWatch may publish to the operators, and only for this account', () => {
    const policies = all('AWS::SNS::TopicPolicy').filter(({ id }) => id.startsWith('Operators'));
    expect(policies).toHaveLength(NAMES.length);
    const allowsCloudWatch = ({ properties }: (typeof policies)[number]) => {
      const { Statement } = properties['PolicyDocument'] as { Statement: Readonly<Record<string, unknown>>[] };
      return Statement.some(
        ({ Effect, Action, Principal, Condition }) =>
          Effect === 'Allow' &&
          Action === 'sns:Publish' &&
          JSON.stringify(Principal) === '{"Service":"cloudwatch.amazonaws.com"}' &&
          JSON.stringify(Condition).includes('aws:SourceAccount'),
      );
    };
    expect(unless(policies, allowsCloudWatch)).toEqual([]);
  });

  test('none has the name of another', () => {
    const names = alarms.map(({ properties }) => properties['AlarmName']);
    expect(new Set(names).size).toBe(names.length);
  });

  test('records that are set aside are told when there are many, and when they are few but come again and again', () => {
    const rejected = alarms.filter(({ properties }) => properties['MetricName'] === 'rejected');
    expect(rejected).toHaveLength(2 * NAMES.length);
    const shapes = rejected.map(({ properties: { Period, Threshold, DatapointsToAlarm, EvaluationPeriods } }) =>
      [Period, Threshold, DatapointsToAlarm ?? EvaluationPeriods, EvaluationPeriods].join(' '),
    );
    expect([...new Set(shapes)].sort()).toEqual(['300 100 1 1', '3600 0 3 24']);
  });

  test('no alarm looks back for longer than CloudWatch does', () => {
    const seconds = ({ properties: { Period, EvaluationPeriods } }: (typeof alarms)[number]) =>
      Number(Period) * Number(EvaluationPeriods);
    const most = ({ properties: { Period } }: (typeof alarms)[number]) => (Number(Period) < 3_600 ? 1 : 7) * 86_400;
    const long = alarms.filter((one) => !(seconds(one) <= most(one)));
    expect(long.map(({ where }) => where)).toEqual([]);
  });

  test('the runbook has no heading that no alarm leads to', () => {
    const used = new Set(alarms.map(({ properties }) => String(properties['AlarmDescription']).split('#').at(-1)));
    expect([...headings].filter((heading) => !used.has(heading))).toEqual([]);
  });
});

describe('network', () => {
  test('no security group is open to the world', () => {
    const rules = [
      ...all('AWS::EC2::SecurityGroupIngress').map(({ where, properties }) => ({ where, rule: properties })),
      ...all('AWS::EC2::SecurityGroup').flatMap(({ where, properties }) =>
        ((properties['SecurityGroupIngress'] ?? []) as never[]).map((rule) => ({ where, rule })),
      ),
    ];
    expect(rules.length).toBeGreaterThan(0);
    expect(unless(rules, ({ rule }) => rule['CidrIp'] === undefined && rule['CidrIpv6'] === undefined)).toEqual([]);
  });

  test('functions in the network may speak to S3, which has public addresses behind its gateway', () => {
    const groups = all('AWS::EC2::SecurityGroup').filter(({ id }) => id.startsWith('NetworkFunctions'));
    expect(groups).toHaveLength(3);
    const speaksToS3 = ({ properties }: (typeof groups)[number]) =>
      JSON.stringify(properties['SecurityGroupEgress']).includes('"CidrIp":"0.0.0.0/0"') &&
      JSON.stringify(properties['SecurityGroupEgress']).includes('"FromPort":443');
    expect(unless(groups, speaksToS3)).toEqual([]);
  });

  test('there is no way to the internet', () => {
    const ways = ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EgressOnlyInternetGateway'];
    expect(ways.flatMap(all)).toEqual([]);
  });

  test('an endpoint stands for each service that functions in the network call', () => {
    const services = resourcesOf(stacks, 'AWS::EC2::VPCEndpoint').map(({ environment, properties }) =>
      [environment.name, JSON.stringify(properties['ServiceName'])].join(' '),
    );
    for (const service of ['s3', 'sns', 'kinesis-streams', 'secretsmanager', 'sagemaker.runtime']) {
      expect(services.filter((one) => one.includes(`${service}"`))).toHaveLength(3);
    }
  });
});

describe('data', () => {
  test('buckets are private, encrypted and refuse to speak without TLS', () => {
    const buckets = all('AWS::S3::Bucket');
    const policies = all('AWS::S3::BucketPolicy');
    expect(
      unless(
        buckets,
        ({ id, stack, properties }) =>
          properties['BucketEncryption'] !== undefined &&
          JSON.stringify(properties['PublicAccessBlockConfiguration']).match(/true/g)?.length === 4 &&
          policies.some(
            (policy) =>
              policy.stack === stack &&
              JSON.stringify(policy.properties['Bucket']) === `{"Ref":"${id}"}` &&
              JSON.stringify(policy.properties).includes('"aws:SecureTransport":"false"'),
          ),
      ),
    ).toEqual([]);
  });

  test('the table of alerts is the one that its code expects', () => {
    const { TableName: _, ...expected } = tableDefinition('any');
    const tables = all('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(NAMES.length);
    for (const { properties } of tables) {
      expect(properties).toMatchObject({
        ...expected,
        AttributeDefinitions: expect.arrayContaining(expected.AttributeDefinitions!),
        TimeToLiveSpecification: { AttributeName: ATTRIBUTE.expires, Enabled: true },
      });
    }
  });

  /** What must not go with its stack where data are kept: data, and what opens them. */
  const HOLD_DATA = [
    'AWS::DynamoDB::Table',
    'AWS::ElastiCache::ServerlessCache',
    'AWS::ElastiCache::User',
    'AWS::ElastiCache::UserGroup',
    'AWS::KMS::Key',
    'AWS::Kinesis::Stream',
    'AWS::S3::Bucket',
    'AWS::SageMaker::MlflowTrackingServer',
    'AWS::SecretsManager::Secret',
    'AWS::Timestream::InfluxDBInstance',
  ];
  /** Types of the same stacks that hold nothing, or what is made again as it was. */
  const HOLD_NOTHING =
    /^AWS::(EC2|IAM)::|^AWS::(KMS::Alias|Lambda::Function|Logs::LogGroup|S3::BucketPolicy)$|^AWS::SNS::|^Custom::/;
  const stateful = stacks.filter(({ stack }) => stack.node.id === 'stateful');

  test('every type of a stack with data was judged: it holds data, or it holds none', () => {
    const types = new Set(
      [...stateful, ...managed.stacks.filter(({ stack }) => stack.node.id === 'stateful')].flatMap(({ template }) =>
        Object.values(template.Resources).map(({ Type }) => Type),
      ),
    );
    expect(HOLD_DATA.filter((type) => !types.has(type))).toEqual([]);
    expect([...types].filter((type) => !HOLD_DATA.includes(type) && !HOLD_NOTHING.test(type))).toEqual([]);
  });

  test('nothing that holds data lies in a stack that may be thrown away', () => {
    const there = HOLD_DATA.flatMap(all).filter(({ stack }) => stack.node.id === 'stateless');
    expect(there.map(({ where }) => where)).toEqual([]);
  });

  test('what an environment keeps outlives its stack, and so does what opens it', () => {
    const kept = HOLD_DATA.flatMap((type) => [...all(type), ...resourcesOf(managed.stacks, type)]).filter(
      ({ environment }) => environment.data === 'kept',
    );
    expect(kept.length).toBeGreaterThan(10);
    const outlives = ({ resource }: (typeof kept)[number]) =>
      resource.DeletionPolicy === 'Retain' && resource.UpdateReplacePolicy === 'Retain';
    expect(unless(kept, outlives)).toEqual([]);
    const stacksKept = stateful.filter(({ environment }) => environment.data === 'kept');
    expect(stacksKept.length).toBeGreaterThan(0);
    expect(stacksKept.filter(({ stack }) => stack.terminationProtection !== true)).toEqual([]);
  });

  test('what an environment does not keep goes with its stack', () => {
    const deleted = HOLD_DATA.flatMap(all).filter(({ environment }) => environment.data === 'deleted');
    expect(deleted.length).toBeGreaterThan(20);
    expect(unless(deleted, ({ resource }) => resource.DeletionPolicy !== 'Retain')).toEqual([]);
    const emptied = all('Custom::S3AutoDeleteObjects').map(
      ({ stack, properties }) => `${stack.stackName} ${JSON.stringify(properties['BucketName'])}`,
    );
    const buckets = deleted.filter(({ resource }) => resource.Type === 'AWS::S3::Bucket');
    expect(unless(buckets, ({ stack, id }) => emptied.includes(`${stack.stackName} {"Ref":"${id}"}`))).toEqual([]);
  });

  test('every table can be set back to any moment of the last weeks, and a kept one is not deleted by mistake', () => {
    const tables = all('AWS::DynamoDB::Table');
    expect(tables.length).toBeGreaterThan(0);
    const isSafe = ({ environment, properties }: (typeof tables)[number]) =>
      JSON.stringify(properties['PointInTimeRecoverySpecification']) === '{"PointInTimeRecoveryEnabled":true}' &&
      (properties['DeletionProtectionEnabled'] === true) === (environment.data === 'kept');
    expect(unless(tables, isSafe)).toEqual([]);
  });

  test('a cache that is kept is copied every day', () => {
    const caches = all('AWS::ElastiCache::ServerlessCache').filter(({ environment }) => environment.data === 'kept');
    expect(caches.length).toBeGreaterThan(0);
    expect(unless(caches, ({ properties }) => Number(properties['SnapshotRetentionLimit']) > 0)).toEqual([]);
  });

  test('all data lie encrypted, under the own key where an environment has one', () => {
    const types = ['AWS::SNS::Topic', ...HOLD_DATA.filter((type) => !/User|UserGroup|KMS|InfluxDB|Mlflow/.test(type))];
    const some = types.flatMap(all).filter(({ environment }) => environment.encryption === 'own-key');
    expect(some.length).toBeGreaterThan(10);
    // Logs of access can be delivered under S3's key alone.
    const isUnderKey = ({ id, properties }: (typeof some)[number]) =>
      id.startsWith('AccessLogs') || /"(Ref|Fn::GetAtt)":(\[)?"Key\w{8}"/.test(JSON.stringify(properties));
    expect(unless(some, isUnderKey)).toEqual([]);
    expect(unless(all('AWS::Kinesis::Stream'), ({ properties }) => 'StreamEncryption' in properties)).toEqual([]);
    const queues = all('AWS::SQS::Queue');
    expect(unless(queues, ({ properties }) => properties['SqsManagedSseEnabled'] === true)).toEqual([]);
    expect(unless(all('AWS::KMS::Key'), ({ properties }) => properties['EnableKeyRotation'] === true)).toEqual([]);
  });

  test('topics and queues take and give nothing without TLS', () => {
    const closed = (types: readonly string[], nameOf: string) =>
      types
        .flatMap(all)
        .flatMap(({ stack, properties }) =>
          JSON.stringify(properties).includes('"aws:SecureTransport":"false"')
            ? (properties[nameOf] as { Ref: string }[]).map(({ Ref }) => `${stack.stackName}/${Ref}`)
            : [],
        );
    const topics = all('AWS::SNS::Topic');
    const queues = all('AWS::SQS::Queue');
    const refusing = [...closed(['AWS::SNS::TopicPolicy'], 'Topics'), ...closed(['AWS::SQS::QueuePolicy'], 'Queues')];
    expect(topics.length).toBe(3 * NAMES.length);
    expect(unless([...topics, ...queues], ({ where }) => refusing.includes(where))).toEqual([]);
  });

  test('a queue keeps what waits for a week at least, a dead-letter queue for two', () => {
    const isLong = ({ properties }: ReturnType<typeof all>[number]) =>
      Number(properties['MessageRetentionPeriod']) >= (properties['RedrivePolicy'] === undefined ? 14 : 7) * 86_400;
    expect(unless(all('AWS::SQS::Queue'), isLong)).toEqual([]);
  });

  test('every bucket says when what lies in it ends, or is one of which people want all', () => {
    const buckets = all('AWS::S3::Bucket');
    expect(buckets).toHaveLength(5 * NAMES.length);
    const ends = ({ environment, id, properties }: (typeof buckets)[number]) => {
      const text = JSON.stringify(properties['LifecycleConfiguration'] ?? {});
      if (!text.includes('AbortIncompleteMultipartUpload')) return false;
      if (id.startsWith('Settings')) return JSON.stringify(properties['VersioningConfiguration']).includes('"Enabled"');
      if (id.startsWith('Archive') && environment.archive?.deletedAfterDays === undefined)
        return text.includes('STANDARD_IA');
      return text.includes('ExpirationInDays');
    };
    expect(unless(buckets, ends)).toEqual([]);
  });

  test('the pointer to the live model is made once and written by no update', () => {
    const pointers = all('Custom::AWS').filter(({ properties }) => JSON.stringify(properties).includes('/live-model'));
    expect(pointers).toHaveLength(NAMES.length);
    expect(
      unless(
        pointers,
        ({ environment, properties }) =>
          properties['Update'] === undefined &&
          (properties['Delete'] === undefined || environment.data === 'deleted') &&
          JSON.stringify(properties['Create']).includes('\\"Overwrite\\":false'),
      ),
    ).toEqual([]);
    expect(all('AWS::SSM::Parameter')).toEqual([]);
  });
});

describe('metrics of the product', () => {
  /** Of each alarm and of each graph of each dashboard, with the function that is to publish it. */
  const used = [
    ...alarms.map(({ where, properties }) => ({ where, ...ofAlarm(properties) })),
    ...all('AWS::CloudWatch::Dashboard').flatMap(({ where, properties }) =>
      ofDashboard(properties['DashboardBody']).map((metric) => ({ where, ...metric })),
    ),
  ].filter(({ namespace }) => namespace === 'Tidewatch');

  test('that alarms and dashboards show are published by the function that they name', () => {
    expect(used.length).toBeGreaterThan(100);
    const isPublished = ({ service, metric }: (typeof used)[number]) =>
      PRODUCT_METRICS[service]?.includes(metric) === true;
    expect(used.filter((one) => !isPublished(one))).toEqual([]);
  });

  test('every environment has a dashboard that shows flow, lag, alerts, troubles and costs', () => {
    const dashboards = all('AWS::CloudWatch::Dashboard');
    expect(dashboards).toHaveLength(NAMES.length);
    for (const { environment, properties } of dashboards) {
      const text = JSON.stringify(properties['DashboardBody']);
      const wanted = ['IteratorAge', 'lagMs', 'unscored', 'degraded', 'IncomingBytes', 'Duration', 'notify-slack'];
      if (environment.states.kind === 'elasticache') wanted.push('ElastiCacheProcessingUnits', 'BytesUsedForCache');
      if (environment.model.kind === 'sagemaker') wanted.push('/aws/sagemaker/Endpoints');
      if (environment.store.kind === 'timestream-influx') wanted.push('DiskUtilization');
      expect(wanted.filter((one) => !text.includes(one))).toEqual([]);
    }
  });
});

function ofAlarm(properties: Readonly<Record<string, unknown>>) {
  const dimensions = (properties['Dimensions'] ?? []) as { Name: string; Value: unknown }[];
  const service = String(dimensions.find(({ Name }) => Name === 'service')?.Value);
  return { namespace: String(properties['Namespace']), metric: String(properties['MetricName']), service };
}

/** Metrics of a body whose references are left out: none of ours needs one. */
function ofDashboard(body: unknown) {
  const pieces = typeof body === 'string' ? [body] : (body as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : 'reference')).join('');
  const { widgets } = JSON.parse(text) as { widgets: { properties: { metrics?: unknown[][] } }[] };
  return widgets.flatMap(({ properties: { metrics = [] } }) =>
    metrics.map(([namespace, metric, ...dimensions]) => ({
      namespace: String(namespace),
      metric: String(metric),
      service: String(dimensions[dimensions.indexOf('service') + 1]),
    })),
  );
}

describe('the budget of series', () => {
  test('is told to who gives out memories', () => {
    const detecting = product.filter(({ properties }) =>
      String(properties['FunctionName']).endsWith('detect-anomalies'),
    );
    expect(detecting).toHaveLength(NAMES.length);
    const isTold = ({ environment: { budget }, properties }: (typeof detecting)[number]) =>
      JSON.stringify(properties['Environment']).includes(
        `"BUDGET_SERIES":"${budget?.series}","BUDGET_STRANGERS":"${budget?.strangers}"`,
      );
    expect(unless(detecting, isTold)).toEqual([]);
  });

  test('fits into the cache with room, however many of them a source has and however much they take', () => {
    const cached = ENVIRONMENTS.filter(({ states }) => states.kind === 'elasticache');
    expect(cached.length).toBeGreaterThan(2);
    const tooLarge = cached.filter(
      ({ budget, states }) =>
        states.kind === 'elasticache' &&
        !(budget !== undefined && budgetBytes(budget) <= 0.7 * states.gigabytesMax * 2 ** 30),
    );
    expect(tooLarge.map(({ name }) => name)).toEqual([]);
  });

  test('with those that are stored without a memory is no more than is advised for the store', () => {
    const stored = ENVIRONMENTS.filter(({ store }) => store.kind === 'timestream-influx');
    expect(stored.length).toBeGreaterThan(2);
    const tooMany = stored.filter(
      ({ budget, store }) =>
        store.kind === 'timestream-influx' &&
        !(budget !== undefined && budget.series + budget.strangers <= influxSeriesAdvised(store.instance)!),
    );
    expect(tooMany.map(({ name }) => name)).toEqual([]);
  });

  test('bounds the store however names change, since rows go no later than places', () => {
    const kept = ENVIRONMENTS.flatMap(({ name, store }) =>
      store.kind === 'timestream-influx' ? [{ name, days: store.retentionDays ?? Infinity }] : [],
    );
    expect(kept.filter(({ days }) => days * 86_400_000 > PLACE_KEPT_MS)).toEqual([]);
  });
});

describe('permissions', () => {
  test('where data lie under an own key, who reads the stream or publishes may use it', () => {
    const policies = all('AWS::IAM::Policy').filter(({ environment }) => environment.encryption === 'own-key');
    const touching = policies.filter(({ properties }) =>
      /"kinesis:GetRecords"|"sns:Publish"|"s3:GetObject"/.test(JSON.stringify(properties)),
    );
    expect(touching.length).toBeGreaterThan(3);
    expect(unless(touching, ({ properties }) => JSON.stringify(properties).includes('"kms:Decrypt"'))).toEqual([]);
  });

  test('where the stream lies under an own key, who puts points on it may use the key', () => {
    const policies = all('AWS::IAM::Policy').filter(
      ({ environment, properties }) =>
        environment.encryption === 'own-key' && /"kinesis:PutRecords?"/.test(JSON.stringify(properties)),
    );
    expect(policies.length).toBeGreaterThan(0);
    expect(unless(policies, ({ properties }) => JSON.stringify(properties).includes('"kms:GenerateDataKey"'))).toEqual(
      [],
    );
  });

  test('no secret that the stacks make is among those that rules may name', () => {
    const names = all('AWS::SecretsManager::Secret').map(({ properties }) => String(properties['Name'] ?? ''));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => name.startsWith('tidewatch/'))).toEqual([]);
  });

  test('a role is handed to the service that it is for, and to no other', () => {
    const statements = all('AWS::IAM::Policy').flatMap(({ where, properties }) =>
      (properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement.map((one) => ({ where, ...one })),
    );
    const passing = statements.filter(({ Action }) => [Action].flat().includes('iam:PassRole'));
    expect(passing.length).toBeGreaterThan(0);
    expect(
      unless(passing, ({ Condition }) => JSON.stringify(Condition ?? {}).includes('"iam:PassedToService":')),
    ).toEqual([]);
  });

  test('nobody may do everything', () => {
    const policies = ['AWS::IAM::Policy', 'AWS::IAM::Role'].flatMap(all);
    expect(
      unless(policies, ({ properties }) => !/"Action":"(\*|[a-z0-9]+:\*)"/.test(JSON.stringify(properties))),
    ).toEqual([]);
  });
});

const isByJobs = (environment: Environment | undefined) => environment?.training?.by.kind === 'sagemaker';

/** A machine that waits for a training job, with what the CDK's own task lets its role do. */
function jobMachineOfTheCdk(): Pick<Synthesized['template'], 'Resources'> {
  const stack = new Stack();
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'any');
  const task = new SageMakerCreateTrainingJob(stack, 'Job', {
    trainingJobName: 'train-1',
    integrationPattern: IntegrationPattern.RUN_JOB,
    algorithmSpecification: { algorithmName: 'any' },
    inputDataConfig: [
      { channelName: 'points', dataSource: { s3DataSource: { s3Location: S3Location.fromBucket(bucket, 'points') } } },
    ],
    outputDataConfig: { s3OutputLocation: S3Location.fromBucket(bucket, 'jobs') },
  });
  new StateMachine(stack, 'Steps', { definitionBody: DefinitionBody.fromChainable(task) });
  return Template.fromStack(stack).toJSON() as Synthesized['template'];
}

/** Of the roles whose names begin so. */
const policiesOf = (id: string, templates: readonly Pick<Synthesized['template'], 'Resources'>[]) =>
  templates.flatMap(({ Resources }) =>
    Object.entries(Resources)
      .filter(([name, { Type }]) => Type === 'AWS::IAM::Policy' && name.startsWith(`${id}Role`))
      .map(([, { Properties = {} }]) => Properties['PolicyDocument'] as { readonly Statement: readonly Statement[] }),
  );
const actionsOf = (policies: ReturnType<typeof policiesOf>) =>
  policies.flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: unknown;
}

describe('training', () => {
  interface State {
    readonly Type: string;
    readonly Next?: string;
    readonly Default?: string;
    readonly Choices?: readonly { readonly Next: string }[];
    readonly Retry?: readonly {
      readonly ErrorEquals: readonly string[];
      readonly IntervalSeconds: number;
      readonly BackoffRate: number;
      readonly MaxAttempts: number;
      readonly MaxDelaySeconds?: number;
    }[];
    readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  }
  const both = all('AWS::StepFunctions::StateMachine').map(({ environment, where, properties }) => {
    const { 'Fn::Join': join } = properties['DefinitionString'] as { 'Fn::Join': [string, readonly unknown[]] };
    const text = join[1].map((part) => (typeof part === 'string' ? part : 'arn')).join('');
    return { environment, where, ...(JSON.parse(text) as { StartAt: string; States: Record<string, State> }) };
  });
  /** Those that train; the others take back what these were ended in. */
  const machines = both.filter(({ StartAt }) => StartAt === 'Prepare');
  const tasks = both.flatMap(({ where, States }) =>
    Object.entries(States)
      .filter(([, { Type }]) => Type === 'Task')
      .map(([name, state]) => ({ where: `${where} ${name}`, name, ...state })),
  );
  const nextOf = ({ Next, Default, Choices = [] }: State) =>
    [...Choices.map((choice) => choice.Next), Default, Next].filter((next) => next !== undefined);

  test('has a state machine in every environment, by jobs where there is SageMaker', () => {
    expect(machines).toHaveLength(NAMES.length);
    for (const { environment, States } of machines) expect('TrainJob' in States).toBe(isByJobs(environment));
  });

  test('every task is tried again, and none fails without being caught', () => {
    expect(tasks.length).toBeGreaterThan(30);
    expect(unless(tasks, ({ Retry = [], Catch = [] }) => Retry.length > 0 && Catch.length > 0)).toEqual([]);
  });

  test('whatever fails is taken back, and people are told', () => {
    const isTakenBack = ({ name, Catch = [] }: (typeof tasks)[number]) =>
      Catch.every(
        ({ ErrorEquals, Next }) =>
          ErrorEquals[0] === 'States.ALL' && Next === (name === 'Abandon' ? 'Failed' : 'Abandon'),
      );
    expect(unless(tasks, isTakenBack)).toEqual([]);
  });

  test('an execution that is ended from outside is taken back as well', () => {
    const rules = all('AWS::Events::Rule');
    expect(rules.map(({ environment }) => environment.name)).toEqual(NAMES);
    for (const { where, template, properties } of rules) {
      const named = (end: string) =>
        Object.entries(template.Resources).find(([, { Properties = {} }]) =>
          String(Properties['StateMachineName']).endsWith(end),
        )![0];
      const { detail } = properties['EventPattern'] as { detail: Readonly<Record<string, unknown>> };
      expect([where, detail]).toEqual([
        where,
        { stateMachineArn: [{ Ref: named('-training') }], status: ['TIMED_OUT', 'ABORTED'] },
      ]);
      const [target] = properties['Targets'] as [{ Arn: unknown; InputTransformer: object }];
      expect(target.Arn).toEqual({ Ref: named('-training-taken-back') });
      expect(target.InputTransformer).toMatchObject({
        InputPathsMap: { 'detail-name': '$.detail.name', 'detail-status': '$.detail.status' },
        InputTemplate: expect.stringContaining('"run":<detail-name>,"error":<detail-status>,"cause":"'),
      });
    }
  });

  test('goes through the steps in the order in which one machine walks them', () => {
    for (const { StartAt, States } of machines) {
      const seen: string[] = [];
      for (const waiting = [StartAt]; waiting.length > 0; ) {
        const name = waiting.shift()!;
        if (seen.includes(name)) continue;
        seen.push(name);
        waiting.push(...nextOf(States[name]!));
      }
      const steps = seen
        .map((name) => name.toLowerCase())
        .filter((name) => (STEPS as readonly string[]).includes(name));
      expect(steps).toEqual(STEPS);
    }
  });

  test('promotes nothing but by way of gate, registry, shadow and a look at what is live', () => {
    for (const { StartAt, States } of machines)
      for (const needed of ['Train', 'Evaluate', 'Gate', 'Register', 'Shadow', 'Judge', 'Deploy', 'Look']) {
        const reached = new Set<string>();
        for (const waiting = [StartAt]; waiting.length > 0; ) {
          const name = waiting.shift()!;
          if (reached.has(name) || name === needed) continue;
          reached.add(name);
          const state = States[name]!;
          waiting.push(...nextOf(state), ...(state.Catch ?? []).map(({ Next }) => Next));
        }
        expect([needed, reached.has('Promote')]).toEqual([needed, false]);
      }
  });

  test('has alarms on runs that fail, and on runs that never end', () => {
    for (const metric of ['ExecutionsFailed', 'ExecutionsTimedOut']) {
      const watched = all('AWS::StepFunctions::StateMachine').filter(
        (one) => String(one.properties['StateMachineName']).endsWith('-training') && isWatched(one, metric, one.id),
      );
      expect([metric, watched.length]).toEqual([metric, NAMES.length]);
    }
  });

  test('has its executions logged', () => {
    const logged = all('AWS::StepFunctions::StateMachine');
    expect(
      unless(logged, ({ properties }) => JSON.stringify(properties['LoggingConfiguration']).includes('"ALL"')),
    ).toEqual([]);
  });

  test('jobs leave documents as they are, call nobody, and come to an end', () => {
    const jobs = tasks.filter(({ name }) => name.endsWith('Job')).map((task) => JSON.stringify(task));
    expect(jobs).toHaveLength(6);
    for (const job of jobs)
      expect(job).toMatch(/"CompressionType":"NONE".*"MaxRuntimeInSeconds":\d+.*"EnableNetworkIsolation":true/);
  });

  test('may run jobs and be told of their end: all that the CDK itself lets a machine do for that', () => {
    const asked = actionsOf(policiesOf('Steps', [jobMachineOfTheCdk()]));
    expect(asked).toEqual(expect.arrayContaining(['iam:PassRole', 'sagemaker:AddTags', 'sagemaker:ListTags']));
    const withJobs = NAMES.filter((name) => isByJobs(ENVIRONMENTS.find((one) => one.name === name)));
    expect(withJobs.length).toBeGreaterThan(0);
    for (const name of withJobs) {
      const ours = stacks.filter(({ environment }) => environment.name === name).map(({ template }) => template);
      const missing = asked.filter((action) => !actionsOf(policiesOf('TrainingSteps', ours)).includes(action));
      expect([name, missing]).toEqual([name, []]);
    }
  });

  test('a job that failed is begun again, since the name of the error does not tell whose fault it was', () => {
    const jobs = tasks.filter(({ name }) => name.endsWith('Job'));
    expect(jobs.length).toBeGreaterThan(0);
    const isTriedAgain = ({ Retry = [] }: (typeof jobs)[number]) =>
      Retry.some(({ ErrorEquals, MaxAttempts }) => ErrorEquals.includes('States.TaskFailed') && MaxAttempts >= 1);
    expect(unless(jobs, isTriedAgain)).toEqual([]);
  });

  test('metrics of jobs are those that the job tells', () => {
    const names = [...JSON.stringify(tasks).matchAll(/"Name":"tidewatch:(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(names)]).toEqual(JOB_METRICS);
  });

  test('alarms by which an update of the endpoint goes back are there', () => {
    const names = new Set(alarms.map(({ properties }) => properties['AlarmName']));
    const asked = functions.flatMap(({ properties }) => {
      const { Variables = {} } = (properties['Environment'] ?? {}) as { Variables?: Record<string, string> };
      return Variables['ROLLBACK_ALARMS'] === undefined ? [] : [JSON.stringify(Variables['ROLLBACK_ALARMS'])];
    });
    expect(asked).toHaveLength(6);
    for (const one of asked) {
      const refs = [...one.matchAll(/"Ref":"(\w+)"/g)].map(([, id]) => id);
      const known = alarms.filter(({ id }) => refs.includes(id));
      expect(known.length).toBeGreaterThanOrEqual(2);
      expect([...one.matchAll(/tidewatch-\w+-model-away/g)].every(([name]) => names.has(name))).toBe(true);
    }
  });

  test('alarms by which an update of the endpoint goes back fire while it is watched', () => {
    const number = (value: unknown) => Number(value ?? Number.NaN);
    const turning = alarms.filter(({ properties }) =>
      /-model-(away|errors|slow)$/.test(String(properties['AlarmName'])),
    );
    expect(turning.length).toBeGreaterThanOrEqual(3 * all('AWS::SageMaker::Endpoint').length);
    const late = turning.filter(({ properties }) => {
      const periods = number(properties['DatapointsToAlarm'] ?? properties['EvaluationPeriods']);
      // Traffic moves in the middle of a period, and metrics come late by one.
      return !((periods + 2) * number(properties['Period']) <= BAKING_SECONDS);
    });
    expect(late.map(({ where }) => where)).toEqual([]);
  });

  test('an endpoint that is busy with an update is waited for until that has ended', () => {
    const waits = tasks
      .filter(({ name }) => ['Abandon', 'Deploy'].includes(name))
      .map(({ where, Retry = [] }) => {
        const { IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds } = Retry.find(({ ErrorEquals }) =>
          ErrorEquals.includes('TransientFault'),
        )!;
        const delays = Array.from({ length: MaxAttempts }, (_, i) =>
          Math.min(MaxDelaySeconds ?? Number.POSITIVE_INFINITY, IntervalSeconds * BackoffRate ** i),
        );
        return { where, seconds: delays.reduce((sum, one) => sum + one, 0) };
      });
    expect(waits).toHaveLength(3 * NAMES.length);
    // It bakes on, and its old instances go.
    expect(unless(waits, ({ seconds }) => seconds >= 1.25 * UPDATE_SECONDS_MAX)).toEqual([]);
  });

  test('only functions that deploy may update the endpoint, and none of them may write the registry of another environment', () => {
    const may = (action: string) =>
      all('AWS::IAM::Policy')
        .filter(({ properties }) => JSON.stringify(properties).includes(`"${action}"`))
        .map(({ id }) => id.replace(/Role.*/, ''));
    for (const action of ['sagemaker:UpdateEndpoint', 'ssm:PutParameter'])
      expect([...new Set(may(action))].filter((id) => !id.startsWith('LiveModel')).sort()).toEqual([
        'TrainingAbandonTraining',
        'TrainingDeployModel',
      ]);
  });
});
