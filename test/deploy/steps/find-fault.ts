import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { type AnomalyEvent, AnomalyEventSchema } from '../../../shared/domain/anomaly-event';
import { livePathOf, rowsOf } from '../live-path';
import { fault, sendPoint } from '../traffic';
import { until } from '../until';
import type { Step, World } from '../world';

const FOUND_MS_MAX = 30_000;

export const findFault: Step = {
  name: 'a fault is stored, scored by the model server, and told',
  limitMs: 60_000,
  async run(world) {
    const { stream, topic } = livePathOf(world);
    const queue = await subscribedQueue(world, topic);
    const point = fault(Date.now());
    world.faultSentAt = performance.now();
    await sendPoint(world, stream, point);
    const [row, { event, told }] = await Promise.all([
      until('its row', FOUND_MS_MAX, async () => {
        return (await rowsOf(world.urls.influx, point)) && performance.now();
      }),
      until('its event on the topic', FOUND_MS_MAX, async () => {
        const events = await receive(world, queue);
        const found = events.find(({ source, timestamp }) => source === point.source && timestamp === point.timestamp);
        return found === undefined ? undefined : { event: found, told: performance.now() };
      }),
    ]);
    if (event.degraded) throw new Error('the event is degraded: the model server did not score it');
    world.faultSeenMs.set('its row in the store', row - world.faultSentAt);
    world.faultSeenMs.set('its event on the topic', told - world.faultSentAt);
    return `${event.kind}, ${event.severity}`;
  },
};

async function subscribedQueue({ emulator: { sqs, sns } }: World, topic: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'test-anomalies' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(
    new SubscribeCommand({
      TopicArn: topic,
      Protocol: 'sqs',
      Endpoint: Attributes!['QueueArn'],
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return QueueUrl!;
}

async function receive({ emulator: { sqs } }: World, queue: string): Promise<AnomalyEvent[]> {
  const command = new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await sqs.send(command);
  return Messages.map(({ Body }) => AnomalyEventSchema.parse(JSON.parse(Body!)));
}
