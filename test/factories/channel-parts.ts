import { type ChannelServices, deliverMessages } from '../../shared/adapters/notify/deliver-messages';
import type { Secrets } from '../../shared/alerting/channel-ports';
import { SecretMissing } from '../../shared/alerting/channel-ports';
import { sealed } from '../../shared/alerting/sealed';
import { type Notification, SAMPLE_NOTIFICATION } from '../../shared/domain/notification';
import type { Receiver } from '../../shared/domain/receiver';
import { type SqsHandler, sqsHandler } from '../../shared/runtime/sqs';
import { memoryNotificationLog } from './memory-notification-log';

/** What the function of a channel is handed, in memory; and everything that it told anybody. */
export function channelParts(texts: Readonly<Record<string, string>>) {
  const clock = { now: Date.UTC(2026, 10, 22, 13, 1) };
  const now = () => clock.now;
  const { log, entries } = memoryNotificationLog(now);
  const problems: { what: string; error: unknown }[] = [];
  const delays: { receipt: string; afterMs: number }[] = [];
  const delivered: string[] = [];
  const forgotten: string[] = [];
  const secrets: Secrets = {
    async get(name) {
      const text = texts[name];
      if (text === undefined) throw new SecretMissing(name);
      return sealed(text);
    },
    forget: (name) => void forgotten.push(name),
  };
  const handed = {
    log,
    now,
    random: () => 0,
    secrets,
    delay: { delay: async (receipt: string, afterMs: number) => void delays.push({ receipt, afterMs }) },
    observe: {
      delivered: ({ id }: Notification, what: string) => void delivered.push(`${id} ${what}`),
      problem: (what: string, error: unknown) => void problems.push({ what, error }),
    },
  };
  /** All that stays behind of a run: log, problems, delays. */
  const traces = () =>
    [entries, problems.map(({ what, error }) => [what, String(error), (error as Error).stack, (error as Error).cause])]
      .map((part) => JSON.stringify(part))
      .join('\n');
  return { clock, handed, entries, problems, delays, delivered, forgotten, traces };
}

/** The function of a channel, as a queue calls it. */
export function channelHandler(services: ChannelServices): SqsHandler {
  return sqsHandler(async () => services, deliverMessages);
}

let made = 0;

/** A notification of its own, to this receiver. */
export function notificationTo(receiver: Receiver, more: Partial<Notification> = {}): Notification {
  made++;
  return { ...SAMPLE_NOTIFICATION, id: `notification-${made}`, receiver, ...more };
}

/** A batch of a queue's messages as Lambda delivers it. */
export function queueEvent(notifications: readonly Notification[], receives = 1) {
  return {
    Records: notifications.map((notification, at) => ({
      messageId: `message-${at}`,
      receiptHandle: `receipt-${at}`,
      body: JSON.stringify(notification),
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: '0',
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:notify',
      awsRegion: 'eu-central-1',
    })),
  };
}
