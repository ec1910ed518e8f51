import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FIVE_MINUTES } from './operations';
import { allowPutting } from './permissions';
import type { Surroundings } from './surroundings';

export interface DeviceRuleProps {
  /** MQTT topic filter, as `tidewatch/points/+`: with one `+`, a device speaks for the source of that name alone. */
  readonly topic: string;
  readonly stream: IStream;
  /** Where messages go that the stream did not take. */
  readonly failed: IBucket;
}

/** IoT Core puts what devices publish on a topic into the stream; the partition key is the message's source. */
export class DeviceRule extends Construct {
  constructor(scope: Construct, id: string, { environment, operations }: Surroundings, props: DeviceRuleProps) {
    super(scope, id);
    const { topic, stream, failed } = props;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('iot.amazonaws.com'),
      description: 'Of the rule that puts messages of devices into the stream',
    });
    stream.grant(role, 'kinesis:PutRecord');
    stream.encryptionKey?.grant(role, 'kms:GenerateDataKey');
    allowPutting(role, failed, 'devices/*');
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: IoT's own substitution templates
    const ruleName = `tidewatch_${environment.name}_points`;
    new CfnTopicRule(this, 'Rule', {
      ruleName,
      topicRulePayload: {
        description: 'Points of devices to the stream',
        awsIotSqlVersion: '2016-03-23',
        sql: `SELECT * FROM '${topic}'${onlyItsOwn(topic)}`,
        actions: [{ kinesis: { streamName: stream.streamName, partitionKey: '${source}', roleArn: role.roleArn } }],
        errorAction: {
          s3: { bucketName: failed.bucketName, key: 'devices/${timestamp()}-${newuuid()}.json', roleArn: role.roleArn },
        },
      },
    });
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: IoT's own substitution templates
    operations.alarm(this, {
      runbook: 'device-messages-fail',
      impact: 'Points of devices do not reach the stream; they are kept in the quarantine bucket under devices/.',
      metric: new Metric({
        namespace: 'AWS/IoT',
        metricName: 'Failure',
        dimensionsMap: { RuleName: ruleName },
        statistic: Stats.SUM,
        period: FIVE_MINUTES,
      }),
      above: 0,
    });
  }
}

/**
 * A device's policy bounds the topics that it publishes on; this bounds the source to the topic. Neither can it wrap up the
 * point of another.
 */
function onlyItsOwn(topic: string): string {
  const levels = topic.split('/');
  const level = levels.indexOf('+') + 1;
  const isOne = levels.filter((name) => name === '+').length === 1 && !levels.includes('#');
  return isOne ? ` WHERE source = topic(${level}) AND isUndefined(redriven)` : '';
}
