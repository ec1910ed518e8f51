import { randomUUID } from 'node:crypto';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AnomalyEventSchema } from '../../domain/anomaly-event';
import { awsClientConfig } from '../aws/aws-client';
import { describeAnomalyTopic, sample } from '../contracts/anomaly-topic.contract';
import { createSnsTopic, type SnsTopic } from './sns-topic';

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const config = awsClientConfig({ region, endpointUrl, attemptTimeoutMs: 60_000, concurrency: 8 });
const sns = new SNSClient(config);
const sqs = new SQSClient(config);
afterAll(() => {
  sns.destroy();
  sqs.destroy();
});

async function newTopic(): Promise<{ readonly topicArn: string; readonly topic: SnsTopic }> {
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `anomalies-${randomUUID()}` }));
  return { topicArn, topic: createSnsTopic({ region, endpointUrl, topicArn }) };
}

/** A queue that gets messages as they were published; gives its URL. */
async function subscribedQueue(topicArn: string, filter: object = {}): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${randomUUID()}` }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const attributes = { RawMessageDelivery: 'true', FilterPolicy: JSON.stringify(filter) };
  const to = { TopicArn: topicArn, Protocol: 'sqs', Endpoint: Attributes!['QueueArn'], Attributes: attributes };
  await sns.send(new SubscribeCommand(to));
  return QueueUrl!;
}

/** Messages that are there, taken off. */
async function received(QueueUrl: string) {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  if (Messages.length > 0) {
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
  return Messages.map(({ Body }) => AnomalyEventSchema.parse(JSON.parse(Body!)));
}

describeAnomalyTopic('the topic at SNS', async () => {
  const { topic, topicArn } = await newTopic();
  let isOpen = true;
  const readers: Promise<void>[] = [];
  return {
    topic,
    async subscribe(_, subscriber) {
      const url = await subscribedQueue(topicArn);
      const read = async () => {
        while (isOpen) {
          const events = await received(url);
          if (events.length > 0) await subscriber(events);
          else await new Promise((soon) => setTimeout(soon, 20));
        }
      };
      readers.push(read());
    },
    async close() {
      isOpen = false;
      await Promise.all(readers);
      topic.close();
    },
  };
});

test('subscribers filter by the attributes', async () => {
  const { topic, topicArn } = await newTopic();
  const url = await subscribedQueue(topicArn, { severity: ['critical'] });
  await topic.publish([sample('a', { severity: 'low' }), sample('b', { severity: 'critical' })]);
  const seen: string[] = [];
  while (seen.length === 0) seen.push(...(await received(url)).map(({ id }) => id));
  expect(seen).toEqual(['b']);
  topic.close();
});
