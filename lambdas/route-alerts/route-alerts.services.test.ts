import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsClientConfig } from '../../shared/adapters/aws/aws-client';
import { createDynamoDbAlertStore } from '../../shared/adapters/dynamodb/dynamodb-alert-store';
import { tableDefinition } from '../../shared/adapters/dynamodb/table';
import { createSnsNotificationTopic } from '../../shared/adapters/sns/sns-notification-topic';
import { createTurnQueue } from '../../shared/adapters/sqs/turn-queue';
import { anomaly, RULES } from '../../shared/alerting/alerting.factory';
import { explainAlert } from '../../shared/alerting/explain';
import { alertingInForce, applyRules } from '../../shared/alerting/rules-store';
import { alertIdOf } from '../../shared/alerting/state/alert';
import { NotificationSchema } from '../../shared/domain/notification';
import { routeAlerts, tickAlerts } from './route-alerts';
import type { Services } from './services';

const endpointUrl = process.env['AWS_ENDPOINT_URL'];
if (endpointUrl === undefined)
  throw new Error('AWS_ENDPOINT_URL must name an AWS emulator that these tests may write to');
const aws = { region: 'eu-central-1', endpointUrl, attemptTimeoutMs: 60_000, concurrency: 8 };
const config = awsClientConfig(aws);
const name = `route-alerts-${process.pid}`;
const [dynamodb, sns, sqs] = [new DynamoDBClient(config), new SNSClient(config), new SQSClient(config)];
const problems: unknown[] = [];
let services: Services;
let queues: { readonly slack: string; readonly email: string; readonly turns: string };

beforeAll(async () => {
  await dynamodb.send(new CreateTableCommand(tableDefinition(name)));
  const { TopicArn: topicArn } = await sns.send(new CreateTopicCommand({ Name: name }));
  const queue = async (of: string) =>
    (await sqs.send(new CreateQueueCommand({ QueueName: `${name}-${of}` }))).QueueUrl!;
  queues = { slack: await queue('slack'), email: await queue('email'), turns: await queue('turns') };
  for (const channel of ['slack', 'email'] as const) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queues[channel], AttributeNames: ['QueueArn'] }),
    );
    await sns.send(
      new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: Attributes!['QueueArn'],
        Attributes: { FilterPolicy: JSON.stringify({ channel: [channel] }), RawMessageDelivery: 'true' },
      }),
    );
  }
  const store = createDynamoDbAlertStore({ ...aws, table: name });
  const onProblem = (what: string, error: unknown) => void problems.push([what, error]);
  const route = { receivers: ['slack', 'mail'], groupBy: ['tags.site'], groupWait: '0s' };
  await applyRules(store, JSON.stringify({ ...RULES, route }), 'test', Date.now());
  services = {
    store,
    topic: createSnsNotificationTopic({ ...aws, topicArn: topicArn! }),
    alerting: alertingInForce(store, { clock: () => performance.now(), maxAgeMs: 60_000, onProblem }),
    callAt: createTurnQueue({ ...aws, queueUrl: queues.turns, now: Date.now }),
    now: Date.now,
    delay: { delay: async () => {} },
    turnsMax: 100,
    observe: { routed: () => {}, turned: () => {}, ticked: () => {}, problem: onProblem },
  };
});
afterAll(async () => {
  await services.store.close();
  for (const client of [dynamodb, sns, sqs]) client.destroy();
});

/** Waits until a queue has something. */
async function received(queue: string): Promise<string[]> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    if (Messages.length > 0) return Messages.map(({ Body }) => Body!);
  }
}

const message = (body: string) => ({ id: 'm', receipt: 'r', body, receives: 1 });

test('an anomaly takes its way through table, delayed message and topic to the queues of its channels, once', async () => {
  const event = message(JSON.stringify(anomaly({ source: 'pump-17', timestamp: Date.now() })));
  // Two functions get the same event at the same time.
  const outcomes = await Promise.all([routeAlerts([event], services), routeAlerts([event, event], services)]);
  expect(outcomes.flat()).toEqual([{ done: true }, { done: true }, { done: true }]);
  const [turn] = await received(queues.turns);
  await Promise.all([
    routeAlerts([message(turn!)], services),
    routeAlerts([message(turn!)], services),
    tickAlerts(services),
  ]);
  for (const channel of ['slack', 'email'] as const) {
    const told = (await received(queues[channel])).map((body) => NotificationSchema.parse(JSON.parse(body)));
    // It may have been published twice; it is one all the same.
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(told[0]).toMatchObject({ reason: 'first', transition: 1, receiver: { channel }, counts: { firing: 1 } });
  }
  const { story } = (await explainAlert(services.store, alertIdOf('episode of pump-17')))!;
  expect(story.map(({ words }) => words)).toEqual(
    expect.arrayContaining([
      'route root to slack, mail, grouped by site=berlin',
      'slack: told by notification 1 (first): 1 alert not told before',
      'mail: told by notification 1 (first): 1 alert not told before',
    ]),
  );
  expect(problems).toEqual([]);
});
