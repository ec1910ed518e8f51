import { queueEvent } from '../../test/factories/channel-parts';
import { SAMPLE_NOTIFICATION } from '../domain/notification';
import { type MessageOutcome, type QueueMessage, sqsHandler } from './sqs';

const DONE: MessageOutcome = { done: true };
const LEFT: MessageOutcome = { done: false };

function handlerOf(outcomes: readonly MessageOutcome[], delay = async (_receipt: string, _afterMs: number) => {}) {
  const seen: QueueMessage[] = [];
  const handler = sqsHandler(
    async () => ({ delay: { delay } }),
    async (messages) => {
      seen.push(...messages);
      return outcomes;
    },
  );
  return { handler, seen };
}

const event = (count: number) => queueEvent(Array.from({ length: count }, () => SAMPLE_NOTIFICATION));

test.each<[string, MessageOutcome[], string[]]>([
  ['all done', [DONE, DONE, DONE], []],
  ['one left', [DONE, LEFT, DONE], ['message-1']],
  ['all left', [LEFT, LEFT, LEFT], ['message-0', 'message-1', 'message-2']],
  ['an outcome missing', [DONE], ['message-1', 'message-2']],
])('%s: what is not done stays in the queue', async (_, outcomes, left) => {
  const { batchItemFailures } = await handlerOf(outcomes).handler(event(3));
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(left);
});

test('a message that is to come back later is told when; that this fails leaves it in the queue all the same', async () => {
  const delays: unknown[] = [];
  const { handler } = handlerOf([{ done: false, afterMs: 5_000 }, LEFT, DONE], async (...it) => {
    delays.push(it);
    throw new Error('throttled');
  });
  expect((await handler(event(3))).batchItemFailures).toHaveLength(2);
  expect(delays).toEqual([['receipt-0', 5_000]]);
});

test('a message is taken out of the envelope of its topic; one that only looks like an envelope is not', async () => {
  const { handler, seen } = handlerOf([DONE, DONE, DONE, DONE]);
  const bodies = [
    'plain',
    JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:x', Message: '{"a":1}' }),
    '{"TopicArn":"x"',
    '{"TopicArn":"x","Type":"Other","Message":"y"}',
  ];
  const { Records } = event(4);
  await handler({ Records: Records.map((record, at) => ({ ...record, body: bodies[at]! })) });
  expect(seen.map(({ body }) => body)).toEqual(['plain', '{"a":1}', bodies[2], bodies[3]]);
});

test('a count of deliveries that cannot be read is one', async () => {
  const { handler, seen } = handlerOf([DONE]);
  const [record] = event(1).Records;
  await handler({ Records: [{ ...record!, attributes: { ...record!.attributes, ApproximateReceiveCount: 'many' } }] });
  expect(seen[0]!.receives).toBe(1);
});
