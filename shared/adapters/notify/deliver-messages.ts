import { type DeliverServices, deliver } from '../../alerting/deliver';
import { type Notification, NotificationSchema } from '../../domain/notification';
import type { TimeLeft } from '../../runtime/kinesis';
import type { DeliveryDelay, MessageOutcome, QueueMessage } from '../../runtime/sqs';

/** What the function of a channel works with. */
export interface ChannelServices extends DeliverServices {
  readonly delay: DeliveryDelay;
}

/**
 * The work of a channel's function: messages of its queue, each by the claim protocol. What one receiver is told comes in order of
 * transitions, receivers do not wait for each other. What cannot be read stays in the queue, whose dead letters people see.
 */
export async function deliverMessages(
  messages: readonly QueueMessage[],
  services: ChannelServices,
  timeLeftMs: TimeLeft,
): Promise<readonly MessageOutcome[]> {
  const outcomes: MessageOutcome[] = messages.map(() => ({ done: false }));
  const byReceiver = new Map<string, Readable[]>();
  messages.forEach(({ body }, at) => {
    const notification = read(body);
    if (notification === undefined) services.observe.problem('message', new Error('a message is no notification'));
    else append(byReceiver, notification.receiver.name, { at, notification });
  });
  await Promise.all(
    [...byReceiver.values()].map(async (ofOne) => {
      ofOne.sort((a, b) => a.notification.transition - b.notification.transition);
      for (const { at, notification } of ofOne) outcomes[at] = await outcomeOf(notification, services, timeLeftMs);
    }),
  );
  return outcomes;
}

interface Readable {
  readonly at: number;
  readonly notification: Notification;
}

async function outcomeOf(
  notification: Notification,
  services: ChannelServices,
  timeLeftMs: TimeLeft,
): Promise<MessageOutcome> {
  try {
    const delivered = await deliver(notification, services, timeLeftMs);
    return delivered.outcome === 'later' ? { done: false, afterMs: delivered.afterMs } : { done: true };
  } catch (error) {
    services.observe.problem('notification log', error);
    return { done: false };
  }
}

function read(body: string): Notification | undefined {
  try {
    return NotificationSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
