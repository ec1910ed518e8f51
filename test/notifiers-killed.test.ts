import { type EmailClient, sendMail } from '../lambdas/notify-email/client';
import { sendToSlack } from '../lambdas/notify-slack/client';
import type { SlackClient } from '../lambdas/notify-slack/slack-client';
import { sendWebhook } from '../lambdas/notify-webhook/client';
import type { GuardedCall } from '../shared/adapters/https/guarded-call';
import { deliverMessages } from '../shared/adapters/notify/deliver-messages';
import { openPace } from '../shared/adapters/notify/pace';
import { slackApi } from '../shared/adapters/slack/slack-api';
import type { Charts, Secrets } from '../shared/alerting/channel-ports';
import type { Send } from '../shared/alerting/deliver';
import { openNotificationLog } from '../shared/alerting/notification-log';
import { bodyOf, type SentEntry, sentKey } from '../shared/alerting/records';
import { sealed } from '../shared/alerting/sealed';
import { createMemoryStore } from '../shared/alerting/store/memory-store';
import type { AlertStore } from '../shared/alerting/store-port';
import { type Notification, SAMPLE_NOTIFICATION } from '../shared/domain/notification';
import { CHANNELS, type Channel, type Receiver } from '../shared/domain/receiver';
import { sqsHandler } from '../shared/runtime/sqs';
import { queueEvent } from './factories/channel-parts';

/**
 * The functions that tell people, killed between any two awaits: before a call of the world left, or after it took effect and
 * before its answer came. The queue gives the messages again, the log decides.
 */

/** Of each of the three functions. */
const KILLS = 84;
const VISIBILITY_MS = 180_000;

const RECEIVERS: Readonly<Record<Channel, Receiver>> = {
  slack: { name: 'chat', channel: 'slack', secret: 'slack', to: '#ops' },
  email: { name: 'mail', channel: 'email', to: ['oncall@example.com'], from: 'tidewatch@example.com' },
  webhook: { name: 'hook', channel: 'webhook', url: 'https://a.example/', secret: 'webhook', template: 'standard' },
};
const SECRETS: Readonly<Record<string, string>> = {
  slack: '{"botToken":"xoxb-1"}',
  webhook: JSON.stringify({ keys: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`] }),
};

class Killed extends Error {}

/** A process that dies at one of its awaits. Dead, it does nothing any more. */
function mortal(at: number, afterEffect: boolean) {
  const process = { awaits: 0, isDead: false };
  const wrap =
    <Arguments extends unknown[], Result>(work: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      if (process.isDead) throw new Killed();
      const isLast = ++process.awaits === at;
      if (isLast && !afterEffect) process.isDead = true;
      if (process.isDead) throw new Killed();
      const result = await work(...given);
      if (isLast) process.isDead = true;
      if (process.isDead) throw new Killed();
      return result;
    };
  return { process, wrap };
}
type Wrap = ReturnType<typeof mortal>['wrap'];

/** Everything that outlives a process. */
function openWorld(channel: Channel) {
  const clock = { now: Date.UTC(2026, 10, 22, 13) };
  const store = createMemoryStore();
  const told = new Map<string, number>();
  const waiting = ['a', 'b', 'c'].flatMap((groupKey) =>
    [1, 2, 3].map((transition): { visibleAt: number; notification: Notification } => ({
      visibleAt: clock.now,
      notification: {
        ...SAMPLE_NOTIFICATION,
        id: `${groupKey}${transition}`,
        groupKey,
        transition,
        reason: transition === 1 ? 'first' : 'worse',
        receiver: RECEIVERS[channel],
      },
    })),
  );
  return { clock, store, told, waiting, all: waiting.map(({ notification }) => notification) };
}
type World = ReturnType<typeof openWorld>;

function sendOf(channel: Channel, { clock, told }: World, wrap: Wrap): Send {
  const now = () => clock.now;
  const secrets: Secrets = { get: wrap(async (name) => sealed(SECRETS[name]!)), forget: () => undefined };
  const charts: Charts = { draw: wrap(async () => Buffer.from('PNG')) };
  const tell = ({ id }: Notification) => told.set(id, (told.get(id) ?? 0) + 1);
  const callFor = (notification: Notification): GuardedCall =>
    wrap(async ({ url }) => {
      if (channel === 'webhook' || url.endsWith('chat.postMessage')) tell(notification);
      const body = { ok: true, channel: 'C1', ts: '1.1', upload_url: 'https://files.slack.com/1', file_id: 'F1' };
      return { status: 200, headers: {}, body: JSON.stringify(body) };
    });
  return (notification, ...rest) => {
    const call = callFor(notification);
    if (channel === 'webhook') return sendWebhook({ call, secrets, now })(notification, ...rest);
    if (channel === 'email') {
      const send = wrap(async () => {
        tell(notification);
        return { outcome: 'sent', words: 'ok' } as const;
      });
      const client: EmailClient = {
        mailer: { send },
        charts,
        secrets,
        now,
        from: undefined,
        actions: undefined,
        problem: () => undefined,
      };
      return sendMail(client)(notification, ...rest);
    }
    const pause = wrap(async (ms: number) => {
      clock.now += ms;
    });
    const pace = openPace({ everyMs: 1_000, now, pause });
    const api = slackApi({ call, now });
    const client: SlackClient = { call, api, secrets, charts, pace, pause, now, buttons: true };
    return sendToSlack(client)(notification, ...rest);
  };
}

/** One invocation: a batch of what is visible, by a process that may die. Gives how many awaits it had. */
async function invoke(channel: Channel, world: World, at: number, afterEffect: boolean): Promise<boolean> {
  const { clock, waiting } = world;
  const batch = waiting.filter(({ visibleAt }) => visibleAt <= clock.now).slice(0, 10);
  if (batch.length === 0) {
    clock.now = Math.min(...waiting.map(({ visibleAt }) => visibleAt));
    return false;
  }
  for (const message of batch) message.visibleAt = clock.now + VISIBILITY_MS;
  const { process, wrap } = mortal(at, afterEffect);
  const store: AlertStore = { ...world.store, load: wrap(world.store.load), commit: wrap(world.store.commit) };
  let tokens = 0;
  const services = {
    log: openNotificationLog(
      store,
      () => clock.now,
      () => `${clock.now}-${++tokens}`,
    ),
    send: sendOf(channel, world, wrap),
    now: () => clock.now,
    random: () => 0.5,
    sendTimeoutMs: 10_000,
    delay: {
      delay: wrap(async (receipt: string, afterMs: number) => {
        batch[Number(receipt.split('-')[1])]!.visibleAt = clock.now + afterMs;
      }),
    },
    observe: { delivered: () => undefined, problem: () => undefined },
  };
  const handler = sqsHandler(async () => services, deliverMessages);
  const { batchItemFailures } = await handler(queueEvent(batch.map(({ notification }) => notification)));
  clock.now += 1_000;
  if (process.isDead) return true;
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier.split('-')[1])));
  const done = new Set(batch.filter((_, index) => !failed.has(index)));
  waiting.splice(0, waiting.length, ...waiting.filter((message) => !done.has(message)));
  return false;
}

async function mayRepeatOf({ store }: World, { groupKey, receiver, transition }: Notification): Promise<number> {
  const [doc] = await store.load([sentKey(groupKey, receiver.name, transition)]);
  return bodyOf<SentEntry>(doc)?.attempts.filter(({ mayRepeat }) => mayRepeat).length ?? 0;
}

test.each(CHANNELS.map((channel) => [channel]))(
  `notify-%s killed ${KILLS} times: nothing is lost, and told twice only where the log says so`,
  async (channel) => {
    let kills = 0;
    let repeated = 0;
    for (let round = 0; kills < KILLS; round++) {
      const world = openWorld(channel);
      let at = round;
      while (world.waiting.length > 0) {
        // Every await of a batch is hit once before and once after its effect, as the rounds go on.
        at = (at * 7 + 3) % 83;
        if (await invoke(channel, world, 1 + at, round % 2 === 1)) kills++;
      }
      for (const notification of world.all) {
        const times = world.told.get(notification.id) ?? 0;
        const isSuperseded = world.all.some(
          ({ groupKey, transition, id }) =>
            groupKey === notification.groupKey && transition > notification.transition && world.told.has(id),
        );
        expect(times > 0 || isSuperseded).toBe(true);
        if (times > 1) repeated++;
        expect(times - 1).toBeLessThanOrEqual(await mayRepeatOf(world, notification));
      }
    }
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    // The hard case was there: killed after the provider had it, before the log did.
    expect(repeated).toBeGreaterThan(0);
  },
);
