import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { LIST_INDEX } from '../../shared/adapters/dynamodb/table';
import type { Environment } from '../config/environment';
import type { DeployedFunction } from './deployed-function';
import type { Part } from './part';
import { allow, allowPublishing } from './permissions';

/** The table of alerts, to read and write. */
export function keepingAlerts(table: ITable): Part<{ readonly ALERTS_TABLE: string }> {
  return {
    variables: { ALERTS_TABLE: table.tableName },
    grantTo(user) {
      // A transaction asks for what its parts ask for.
      allow(user, ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'], table.tableArn);
      allow(user, ['dynamodb:Query'], `${table.tableArn}/index/${LIST_INDEX}`);
      // DynamoDB opens the table's key on behalf of whoever calls.
      table.encryptionKey?.grant(user, 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey');
    },
  };
}

/** The topic "notifications", to publish to. */
export function notifying(topic: ITopic): Part<{ readonly NOTIFICATIONS_TOPIC_ARN: string }> {
  return {
    variables: { NOTIFICATIONS_TOPIC_ARN: topic.topicArn },
    grantTo: (user) => allowPublishing(user, topic),
  };
}

/** The queue in which turns of groups wait, to send to. */
export function callingTurns({ queueUrl, queueArn }: IQueue): Part<{ readonly TURNS_QUEUE_URL: string }> {
  return {
    variables: { TURNS_QUEUE_URL: queueUrl },
    grantTo: (user) => allow(user, ['sqs:SendMessage'], queueArn),
  };
}

/** A channel's own queue: what is to come back later is told when. Reading it comes with being fed. */
export function ownQueue({ queueUrl }: IQueue): Part<{ readonly QUEUE_URL: string }> {
  return { variables: { QUEUE_URL: queueUrl }, grantTo: () => undefined };
}

/** The function that draws charts, to call. */
export function drawing({ functionName, functionArn }: DeployedFunction): Part<{ readonly CHART_FUNCTION: string }> {
  return {
    variables: { CHART_FUNCTION: functionName },
    grantTo: (user) => allow(user, ['lambda:InvokeFunction'], functionArn),
  };
}

/**
 * Secrets that rules and environment name: those below `tidewatch/<environment>/`, and no others of the account.
 *
 * @throws {Error} if the environment names another one
 */
export function knowingSecrets({ name, alerts }: Environment): Part<object> {
  const { slackSigningSecret, linkKeysSecret, ingestTokensSecret } = alerts;
  for (const secret of [slackSigningSecret, linkKeysSecret, ingestTokensSecret]) {
    if (secret?.startsWith(`tidewatch/${name}/`) === false) {
      throw new Error(`${name}: functions may read secrets below tidewatch/${name}/ alone, and so not ${secret}`);
    }
  }
  return {
    variables: {},
    grantTo(user) {
      const secrets = { service: 'secretsmanager', resource: 'secret', resourceName: `tidewatch/${name}/*` };
      allow(
        user,
        ['secretsmanager:GetSecretValue'],
        Stack.of(user).formatArn({ ...secrets, arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
      );
    },
  };
}

/** An address or a domain, in characters that mean nothing else in the name of a resource. */
const IDENTITY = /^([\w.+%&='-]+@)?[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/**
 * Mail by SES, as the identities that the row names and no others of the account: its sender, the sender's domain, and what
 * else it lists. SES asks for the right on a configuration set too that an identity has.
 *
 * @throws {Error} if the row names what is none of these
 */
export function mailing({ name, alerts }: Environment): Part<{ readonly MAIL_FROM?: string }> {
  const { mailFrom, mailIdentities = [], mailConfigurationSets = [] } = alerts;
  const identities = [...(mailFrom === undefined ? [] : [mailFrom, mailFrom.replace(/^.*@/, '')]), ...mailIdentities];
  const refuse = (named: readonly string[], form: RegExp, what: string) => {
    const wrong = named.find((one) => !form.test(one));
    if (wrong !== undefined) throw new Error(`${name}: ${wrong} is no ${what}`);
  };
  refuse(identities, IDENTITY, 'address or domain of mail');
  refuse(mailConfigurationSets, /^[\w-]{1,64}$/, 'configuration set');
  return {
    variables: mailFrom === undefined ? {} : { MAIL_FROM: mailFrom },
    grantTo(user) {
      const resources = [
        ...[...new Set(identities)].map((resourceName) => ({ resource: 'identity', resourceName })),
        ...mailConfigurationSets.map((resourceName) => ({ resource: 'configuration-set', resourceName })),
      ];
      for (const one of resources)
        allow(user, ['ses:SendEmail', 'ses:SendRawEmail'], Stack.of(user).formatArn({ service: 'ses', ...one }));
    },
  };
}

/** The stream of points, to put points on. */
export function producing({ streamName, streamArn, encryptionKey }: IStream): Part<{ readonly STREAM: string }> {
  return {
    variables: { STREAM: streamName },
    grantTo(user) {
      allow(user, ['kinesis:PutRecords'], streamArn);
      encryptionKey?.grant(user, 'kms:GenerateDataKey');
    },
  };
}
