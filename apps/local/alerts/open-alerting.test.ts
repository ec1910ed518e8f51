import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anomaly } from '../../../shared/alerting/alerting.factory';
import { explainAlert } from '../../../shared/alerting/explain';
import { alertIdOf } from '../../../shared/alerting/state/alert';
import { type Notification, NotificationSchema } from '../../../shared/domain/notification';
import type { SqsHandler } from '../../../shared/runtime/sqs';
import { type LocalAlerting, openAlerting } from './open-alerting';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-alerting-'));
let alerting: LocalAlerting;
const problems: unknown[] = [];
const RULES = `{version: 1, receivers: [{name: hook, channel: webhook, url: 'https://a.example', secret: s}, {name: chat, channel: slack, secret: s}],
  rules: [{name: all}], route: {receivers: [hook, chat], groupWait: 0s, groupBy: [source]}}`;

const open = (file: string) => {
  alerting = openAlerting({
    file: join(folder, file),
    rules: RULES,
    tickEveryMs: 20,
    onProblem: (...it) => problems.push(it),
  });
  return alerting;
};
afterEach(async () => {
  await alerting.stop();
  expect(problems).toEqual([]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A channel that resolves with the first notification it is given. */
function firstOf(subscribe: (handler: SqsHandler) => void, isTaken = true): Promise<Notification> {
  return new Promise((resolve) => {
    subscribe(async ({ Records }) => {
      resolve(NotificationSchema.parse(JSON.parse(Records[0]!.body)));
      const left = isTaken ? [] : Records.map(({ messageId: itemIdentifier }) => ({ itemIdentifier }));
      return { batchItemFailures: left };
    });
  });
}

const now = () => ({ timestamp: Date.now() });

test('an anomaly reaches each channel by its queue, and its story is kept', async () => {
  const { route, subscribe, store, log } = open('a.lmdb');
  const hook = firstOf((handler) => subscribe('webhook', handler));
  const chat = firstOf((handler) => subscribe('slack', handler));
  await route([anomaly({ source: 'pump', ...now() })]);
  const told = await hook;
  expect(told).toMatchObject({ reason: 'first', receiver: { name: 'hook' }, counts: { firing: 1 } });
  expect((await chat).receiver.name).toBe('chat');
  const claim = await log.claim(told, 1_000);
  if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
  await log.sent(told, claim.token, { words: 'ok', status: 204 });
  const story = (await explainAlert(store, alertIdOf('episode of pump')))!.story.map(({ words }) => words);
  expect(story.slice(0, 4)).toEqual([
    'rule all fits event 1 (opened, high, score 0.75)',
    'route root to hook, chat, grouped by source=pump',
    'hook: told by notification 1 (first): 1 alert not told before',
    'chat: told by notification 1 (first): 1 alert not told before',
  ]);
  expect(story.slice(4).sort()).toEqual([
    'notification 1 (first) to chat: waits to be sent',
    'notification 1 (first) to hook: try 1 sent; the provider answered: 204 ok',
  ]);
});

test('what nobody has taken is given after a restart', async () => {
  const before = open('b.lmdb');
  const refused = firstOf((handler) => before.subscribe('webhook', handler), false);
  await before.route([anomaly({ source: 'pump', ...now() })]);
  const told = await refused;
  await before.queues.webhook.delay(told.id, 0);
  await before.stop();
  const after = open('b.lmdb');
  expect(await firstOf((handler) => after.subscribe('webhook', handler))).toEqual(told);
});
