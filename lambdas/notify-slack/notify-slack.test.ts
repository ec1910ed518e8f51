import fc from 'fast-check';
import { actionsBlock, readPressed } from '../../shared/adapters/slack/action-buttons';
import { blockProblems } from '../../shared/adapters/slack/testing/block-rules';
import { type FakeSlack, openFakeSlack } from '../../shared/adapters/slack/testing/fake-slack';
import { ANOMALY_KINDS, SEVERITIES } from '../../shared/domain/anomaly-event';
import {
  ALERT_STATUSES,
  type AlertView,
  NOTIFICATION_REASONS,
  type Notification,
  NotificationSchema,
  SAMPLE_NOTIFICATION,
} from '../../shared/domain/notification';
import type { SlackReceiver } from '../../shared/domain/receiver';
import { channelHandler, channelParts, notificationTo, queueEvent } from '../../test/factories/channel-parts';
import { buildServices } from './build-services';
import { SendConfigSchema } from './config';
import { slackMessage, threadMessage } from './message';

const TOKEN = 'xoxb-123456789-very-secret-token';
const WEBHOOK_PATH = '/services/T0SECRET123/B0SECRET456/hiddenhiddenhidden';
const PNG = Buffer.from('not really a picture');
const BOT: SlackReceiver = { name: 'ops', channel: 'slack', secret: 'bot', to: '#ops' };
const HOOK: SlackReceiver = { name: 'hook', channel: 'slack', secret: 'hook' };

let slack: FakeSlack;
afterEach(() => slack.close());

async function open({ png = PNG as Uint8Array | undefined, env = {} } = {}) {
  const texts: Record<string, string> = { bot: JSON.stringify({ botToken: TOKEN }), broken: '{"botToken":7}' };
  const parts = channelParts(texts);
  const { clock } = parts;
  slack = await openFakeSlack({ token: TOKEN, webhookPath: WEBHOOK_PATH, now: () => clock.now });
  texts['hook'] = JSON.stringify({ webhookUrl: `${slack.sink.url}${WEBHOOK_PATH}` });
  const drawn: string[] = [];
  const paused: number[] = [];
  const config = SendConfigSchema.parse({
    ...{ ALLOWED_HOSTS: slack.sink.host, SLACK_API_URL: `${slack.sink.url}/api`, SLACK_BUTTONS: 'on' },
    ...env,
  });
  const services = buildServices(config, {
    ...parts.handed,
    charts: {
      async draw(alert) {
        drawn.push(alert.id);
        return png;
      },
    },
    pause: async (ms) => {
      paused.push(ms);
      clock.now += ms;
    },
  });
  const handler = channelHandler(services);
  const tell = (...notifications: Notification[]) => handler(queueEvent(notifications));
  return { ...parts, tell, drawn, paused };
}

const change = (more: Partial<Notification>): Notification => notificationTo(BOT, more);
const RESOLVED: Partial<Notification> = {
  begins: false,
  reason: 'resolved',
  status: 'resolved',
  counts: { firing: 0, acknowledged: 0, resolved: 1, muted: 0 },
};
const words = (value: unknown): string => JSON.stringify(value);

describe('with a bot token', () => {
  it('a group is one message that is kept up to date; what changes is told in its thread', async () => {
    const { tell, entries } = await open();
    await tell(
      change({ transition: 1 }),
      change({ transition: 2, begins: false, reason: 'worse', severity: 'critical' }),
    );
    await tell(change({ transition: 3, ...RESOLVED }));
    const [root, worse, over] = slack.messages;
    expect(slack.messages).toHaveLength(3);
    expect(root).toMatchObject({ channel: 'C0OPS', thread: undefined, edits: 2 });
    expect(root!.text).toMatch(/^✅ Resolved: pump-17 temperature/);
    expect(worse).toMatchObject({ thread: root!.ts, broadcast: true });
    expect(over).toMatchObject({ thread: root!.ts, broadcast: false });
    expect(entries.filter(({ what }) => what === 'sent').map(({ answer }) => answer!.reference)).toEqual(
      Array(3).fill(words({ channel: 'C0OPS', ts: root!.ts })),
    );
  });

  it('says what, where, observed against expected, score, since when and why', async () => {
    const { tell } = await open();
    await tell(change({}));
    const shown = words(slack.messages[0]!.blocks);
    for (const part of [
      'pump-17 temperature',
      'site=berlin',
      '96.4',
      '71.2 (usual 68.9 to 73.5)',
      '0.71, alarm from 0.50',
    ])
      expect(shown).toContain(part);
    expect(shown).toContain('<!date^1795352400^{date_short_pretty} {time}|2026-11-22 13:00 UTC>');
    expect(shown).toContain('3.1× above the highest in 9 days');
    expect(shown).toContain('<https://runbooks.example.com/pumps|runbook>');
  });

  it('puts a chart into the thread, once the message is in the log as sent', async () => {
    const { tell, drawn, entries } = await open();
    await tell(change({}), change({ transition: 2, ...RESOLVED }));
    expect(drawn).toEqual([SAMPLE_NOTIFICATION.alertId]);
    expect(slack.files).toEqual([{ channel: 'C0OPS', thread: slack.messages[0]!.ts, bytes: PNG }]);
    expect(entries.filter(({ what }) => what === 'sent')).toHaveLength(2);
  });

  it('tells without a chart when there is none, or when it cannot be put up', async () => {
    const { tell, problems, delivered } = await open({ png: Buffer.alloc(9) });
    await tell(change({}));
    expect(delivered).toEqual([expect.stringMatching(/ sent$/)]);
    expect(problems.map(({ error }) => String(error))).toEqual(['Error: file_not_found']);
  });

  it('begins anew when a group fires again, and when somebody has deleted its message', async () => {
    const { tell } = await open();
    await tell(change({ transition: 1 }), change({ transition: 2, ...RESOLVED }), change({ transition: 3 }));
    const again = slack.messages[2]!;
    expect(again).toMatchObject({ thread: undefined });
    slack.remove(again.ts);
    await tell(change({ transition: 4, begins: false, reason: 'worse' }));
    expect(slack.messages.at(-1)).toMatchObject({ thread: undefined });
  });

  it.each(['escalated', 'flapping'] as const)(
    'begins anew with what is %s when nothing told is open',
    async (reason) => {
      const { tell } = await open();
      await tell(change({ transition: 1 }), change({ transition: 2, ...RESOLVED }), change({ transition: 3, reason }));
      expect(slack.messages).toHaveLength(3);
      expect(slack.messages[0]!.text).toMatch(/^✅/);
      expect(slack.messages[2]).toMatchObject({ thread: undefined });
    },
  );

  it('an acknowledgement edits the message, and says nothing; without a message it is left out', async () => {
    const { tell, entries, delivered } = await open();
    const taken = { begins: false, reason: 'acknowledged', status: 'acknowledged' } as const;
    await tell(change({ transition: 1 }), change({ transition: 2, ...taken }));
    expect(slack.messages).toHaveLength(1);
    expect(slack.messages[0]).toMatchObject({ edits: 1, text: expect.stringContaining('Acknowledged (high)') });
    expect(words(slack.messages[0]!.blocks)).not.toContain('"acknowledge"');
    slack.remove(slack.messages[0]!.ts);
    await tell(change({ transition: 3, ...taken }), notificationTo(HOOK, taken));
    expect(slack.messages).toHaveLength(0);
    expect(entries.filter(({ answer }) => answer?.isLeftOut)).toHaveLength(2);
    expect(delivered.map((line) => line.split(' ')[1])).toEqual(['sent', 'sent', 'dropped', 'dropped']);
  });

  it('that a silence ends is a message of its own, without buttons; what follows edits the one before', async () => {
    const { tell } = await open();
    await tell(change({ transition: 1 }));
    await tell(
      change({ transition: 2, begins: false, reason: 'silence-ends', notes: ['silence s-12 ends in 10 min'] }),
    );
    await tell(change({ transition: 3, ...RESOLVED }));
    const [root, notice, over] = slack.messages;
    expect(root).toMatchObject({ edits: 1, text: expect.stringMatching(/^✅/) });
    expect(notice).toMatchObject({
      thread: undefined,
      edits: 0,
      text: expect.stringMatching(/^🔕 A silence ends soon/),
    });
    expect(words(notice!.blocks)).toContain('silence s-12 ends in 10 min');
    expect(words(notice!.blocks)).not.toContain('"actions"');
    expect(over).toMatchObject({ thread: root!.ts });
  });

  it('tells a message a second in a conversation', async () => {
    const { tell, paused, delivered } = await open({ png: undefined as unknown as Uint8Array });
    const groups = ['a', 'b', 'c', 'd'].map((groupKey) => change({ groupKey }));
    await tell(...groups, change({ groupKey: 'e', receiver: { ...BOT, name: 'dev', to: '#dev' } }));
    expect(delivered).toHaveLength(5);
    expect(paused.reduce((sum, ms) => sum + ms, 0)).toBe(3_000);
  });

  it('tells its share of that when there are several that tell', async () => {
    const { tell, paused } = await open({ png: undefined as unknown as Uint8Array, env: { SENDERS: '2' } });
    await tell(...['a', 'b', 'c', 'd'].map((groupKey) => change({ groupKey })));
    expect(paused.reduce((sum, ms) => sum + ms, 0)).toBe(6_000);
  });

  it('waits as long as Slack asks if that fits into the time, else leaves it to the queue', async () => {
    const { tell, paused, delays, entries } = await open();
    const limited = (seconds: string) =>
      slack.once((_request, response) => {
        response.writeHead(429, { 'retry-after': seconds }).end('{"ok":false,"error":"ratelimited"}');
        return true;
      });
    limited('4');
    expect((await tell(change({ groupKey: 'a' }))).batchItemFailures).toEqual([]);
    expect(paused).toContain(4_000);
    limited('60');
    expect((await tell(change({ groupKey: 'b' }))).batchItemFailures).toHaveLength(1);
    expect(delays).toEqual([{ receipt: 'receipt-0', afterMs: 60_000 }]);
    expect(entries.at(-1)).toMatchObject({ what: 'failed', answer: { words: 'ratelimited', status: 429 } });
  });

  it.each([
    ['a conversation that is not there', { to: '#nowhere' }, 'channel_not_found', 1],
    ['no conversation', {}, 'a bot token needs `to`: which conversation', 0],
    ['a secret of another form', { secret: 'broken', to: '#ops' }, 'the secret named broken does not hold', 1],
  ])('%s stands in the log', async (_, more, said, left) => {
    const { tell, entries } = await open();
    const { to: _to, ...without } = BOT;
    const { batchItemFailures } = await tell(notificationTo({ ...without, ...more }));
    expect(batchItemFailures).toHaveLength(left);
    expect(entries.at(-1)!.answer!.words).toContain(said);
  });

  it('forgets a token that is not accepted', async () => {
    const { tell, forgotten } = await open();
    slack.once((_request, response) => {
      response.end('{"ok":false,"error":"token_revoked"}');
      return true;
    });
    expect((await tell(change({}))).batchItemFailures).toHaveLength(1);
    expect(forgotten).toEqual(['bot']);
  });

  it('has no buttons until somebody listens to them', async () => {
    const { tell } = await open({ env: { SLACK_BUTTONS: 'off' } });
    await tell(change({}));
    expect(words(slack.messages[0]!.blocks)).not.toContain('actions');
  });
});

describe('with an incoming webhook', () => {
  it('every notification is a message', async () => {
    const { tell, clock } = await open();
    await tell(notificationTo(HOOK), notificationTo(HOOK, { transition: 2, ...RESOLVED }));
    clock.now += 1_000;
    expect(slack.messages).toHaveLength(2);
    expect(slack.sink.requests.every(({ path }) => path === WEBHOOK_PATH)).toBe(true);
  });

  it.each([
    [400, 'invalid_blocks', true],
    [404, 'no_service', true],
    [403, 'invalid_token', false],
    [500, 'rollup_error', false],
  ])('%d %s is final: %p', async (status, said, isFinal) => {
    const { tell, entries } = await open();
    slack.once((_request, response) => {
      response.writeHead(status).end(said);
      return true;
    });
    await tell(notificationTo(HOOK));
    expect(entries.at(-1)).toMatchObject({ what: 'failed', isFinal, answer: { words: said, status } });
  });
});

describe('a message', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 256 }),
    fc.constantFrom(
      '<!channel>',
      '<@U1|x>',
      '&lt;!here&gt;',
      '*b* _i_ `c` ~s~',
      '>quote',
      '<'.repeat(256),
      '😀'.repeat(128),
    ),
  );
  const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined });
  const alert: fc.Arbitrary<AlertView> = fc
    .record({
      source: name,
      metric: fc.option(name, { nil: undefined }),
      tags: fc.dictionary(name, name, { maxKeys: 32 }),
      kind: fc.constantFrom(...ANOMALY_KINDS),
      status: fc.constantFrom(...ALERT_STATUSES),
      severity: fc.constantFrom(...SEVERITIES),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      value: number,
      expected: number,
      lower: number,
      upper: number,
      resolvedAt: fc.option(fc.constant(SAMPLE_NOTIFICATION.since + 12_345_678), { nil: undefined }),
      contributions: fc.array(fc.record({ name, share: fc.constant(0.1), words: name }), { maxLength: 12 }),
      degraded: fc.boolean(),
      doubted: fc.boolean(),
      owner: fc.option(name, { nil: undefined }),
      acknowledgedBy: fc.option(name, { nil: undefined }),
    })
    .map((given) => ({ ...SAMPLE_NOTIFICATION.alerts[0]!, ...given }) as AlertView);
  const notification: fc.Arbitrary<Notification> = fc
    .record({
      alerts: fc.array(alert, { minLength: 1, maxLength: 20 }),
      reason: fc.constantFrom(...NOTIFICATION_REASONS),
      status: fc.constantFrom(...ALERT_STATUSES),
      severity: fc.constantFrom(...SEVERITIES),
      notes: fc.array(name, { maxLength: 12 }),
      group: fc.dictionary(name, name, { maxKeys: 8 }),
      owner: fc.option(name, { nil: undefined }),
      muted: fc.nat(1_000),
      links: fc.array(fc.record({ name, url: fc.webUrl({ withQueryParameters: true, withFragments: true }) }), {
        maxLength: 12,
      }),
    })
    .map(({ muted, ...given }) => ({
      ...SAMPLE_NOTIFICATION,
      ...given,
      counts: { firing: given.alerts.length + 7, acknowledged: 0, resolved: 0, muted },
    })) as fc.Arbitrary<Notification>;

  it('is within every limit and mentions nobody, whatever names and texts hold', async () => {
    slack = await openFakeSlack({ token: '', webhookPath: '', now: () => 0 });
    fc.assert(
      fc.property(notification, (one) => {
        for (const { text, blocks } of [slackMessage(one, { buttons: true }), threadMessage(one)]) {
          expect(blockProblems(blocks)).toEqual([]);
          expect(text.length).toBeLessThanOrEqual(4_000);
          expect(text).not.toMatch(/<[!@#]/);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('has buttons whose verdict is for the alerts that it shows, and which name what it tells of', async () => {
    slack = await openFakeSlack({ token: '', webhookPath: '', now: () => 0 });
    const alerts = Array.from({ length: 20 }, (_, i) => ({ ...SAMPLE_NOTIFICATION.alerts[0]!, id: `a${i}` }));
    const block = actionsBlock({ ...SAMPLE_NOTIFICATION, alerts, transition: 7 }, 10);
    const { action_id, value } = block.elements.at(-1)!;
    expect(readPressed(action_id, value)).toEqual({
      action: { what: 'verdict', verdict: 'false-alarm' },
      target: {
        shown: alerts.slice(0, 10).map(({ id }) => id),
        telling: { groupKey: SAMPLE_NOTIFICATION.groupKey, transition: 7, receiver: 'berlin-slack' },
      },
    });
    expect(words(slackMessage({ ...SAMPLE_NOTIFICATION, alerts }, { buttons: true }))).not.toContain('a10');
  });

  it('of the sample is valid', async () => {
    slack = await openFakeSlack({ token: '', webhookPath: '', now: () => 0 });
    expect(
      blockProblems(slackMessage(NotificationSchema.parse(SAMPLE_NOTIFICATION), { buttons: true }).blocks),
    ).toEqual([]);
  });
});

describe('no secret stays behind', () => {
  const secrets = [TOKEN, 'T0SECRET123', 'B0SECRET456', 'hiddenhidden'];

  it.each<[string, SlackReceiver, number, (request: { headers: object; path: string }) => string]>([
    ['an echo of the token', BOT, 500, ({ headers }) => words(headers)],
    ['an answer that is no JSON', BOT, 200, () => `<html>${TOKEN}</html>`],
    ['an error that repeats the token', BOT, 200, () => `{"ok":false,"error":"${TOKEN}"}`],
    ['an echo of the address', HOOK, 404, ({ path }) => `no such path: ${path}`],
    ['a part of the address', HOOK, 200, () => 'team T0SECRET123'],
  ])('%s', async (_, receiver, status, says) => {
    const { tell, traces, entries } = await open();
    slack.once((request, response) => {
      response.writeHead(status).end(says(request));
      return true;
    });
    await tell(notificationTo(receiver));
    expect(entries).toHaveLength(2);
    for (const secret of secrets) expect(traces()).not.toContain(secret);
  });

  it('nor goes out in a message', async () => {
    const { tell } = await open();
    await tell(notificationTo(BOT), notificationTo(HOOK, { groupKey: 'hook' }));
    expect(slack.messages).toHaveLength(2);
    for (const { body } of slack.sink.requests)
      for (const secret of secrets) expect(body.toString()).not.toContain(secret);
  });

  it('when nothing answers', async () => {
    const { tell, traces } = await open();
    await slack.close();
    await tell(notificationTo(BOT), notificationTo(HOOK, { groupKey: 'hook' }));
    slack = await openFakeSlack({ token: '', webhookPath: '', now: () => 0 });
    for (const secret of secrets) expect(traces()).not.toContain(secret);
  });
});
