import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { sqsDelay } from './sqs-delay';

/** Region, endpoint and dummy credentials are in the environment of `npm run test:services`. */
const region = process.env['AWS_REGION']!;
const client = new SQSClient({});
afterAll(() => client.destroy());

test('a message comes back when it is told to, not when its visibility ends', async () => {
  const name = `notify-${randomUUID()}`;
  const Attributes = { VisibilityTimeout: '600' };
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'told' }));
  const receive = async (WaitTimeSeconds: number) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }))).Messages?.[0];
  const first = await receive(5);
  expect(await receive(0)).toBeUndefined();
  const delay = sqsDelay(QueueUrl!, { region });
  await delay.delay(first!.ReceiptHandle!, 0);
  const second = await receive(5);
  expect(second!.Body).toBe('told');
  await delay.delay(second!.ReceiptHandle!, 3_600_000);
  expect(await receive(0)).toBeUndefined();
});
