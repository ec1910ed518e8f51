import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { GuardedRequest } from '../../shared/adapters/https/guarded-call';
import { blockProblems } from '../../shared/adapters/slack/testing/block-rules';
import { signAction } from '../../shared/alerting/action-token';
import { SecretMissing } from '../../shared/alerting/channel-ports';
import type { ActionResult, AlertActions } from '../../shared/alerting/ports';
import { sealed } from '../../shared/alerting/sealed';
import type { DataPoint } from '../../shared/domain/data-point';
import { SAMPLE_NOTIFICATION } from '../../shared/domain/notification';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { TransientFault } from '../../shared/domain/transient-fault';
import { slackMessage } from '../notify-slack/message';
import { createHandler } from './create-handler';

const SIGNING = 'slack-signing-secret-0123456789';
const LINK_KEY = 'the-key-that-signs-links-0123456789ab';
const TOKEN = 'ingest-token-of-24-characters-or-more';
const NOW = Date.UTC(2026, 10, 22, 13, 1);
const ALERT = SAMPLE_NOTIFICATION.alerts[0]!;
const RESPONSE_URL = 'https://hooks.slack.com/actions/T0/1/abc';

function open({ isDown = false } = {}) {
  const clock = { now: NOW };
  const done: unknown[] = [];
  const points: DataPoint[] = [];
  const called: GuardedRequest[] = [];
  const problems: unknown[] = [];
  const did = async (alertId: string, ...what: unknown[]): Promise<ActionResult> => {
    if (isDown) throw new TransientFault('alert store', 'no answer');
    if (alertId === 'unknown') return { outcome: 'unknown-alert' };
    if (alertId === 'over') return { outcome: 'no-change', alert: ALERT, words: 'it is over' };
    done.push([alertId, ...what]);
    return { outcome: 'done', alert: ALERT, words: `${what[0]} <done> to ${alertId}` };
  };
  const actions: AlertActions = {
    acknowledge: (id, actor) => did(id, 'acknowledge', actor),
    resolve: (id, actor) => did(id, 'resolve', actor),
    acknowledgeAll: (ids, actor) => Promise.all(ids.map((id) => did(id, 'acknowledge', actor))),
    alertsTold: async ({ groupKey, transition, receiver }) =>
      `${groupKey} ${transition} ${receiver}` === 'group-1 3 ops' ? ['a1', 'b2', 'c3'] : undefined,
    snooze: (id, until, actor) => did(id, 'snooze', until, actor),
    verdict: (id, verdict, actor) => did(id, 'verdict', verdict, actor),
    view: async (id) => (id === 'unknown' ? undefined : { ...ALERT, source: `<b>${id}` }),
  };
  const texts: Record<string, string> = {
    slack: JSON.stringify({ signingSecret: SIGNING }),
    links: JSON.stringify({ keys: [LINK_KEY] }),
    ingest: JSON.stringify({ tokens: ['another-token-of-24-characters', TOKEN] }),
  };
  const handler = createHandler(
    { SLACK_SIGNING_SECRET: 'slack', LINK_KEYS_SECRET: 'links', INGEST_TOKENS_SECRET: 'ingest' },
    {
      actions,
      producer: {
        async put(given) {
          if (isDown) throw new Error(`not put: ${TOKEN}`);
          points.push(...given);
        },
      },
      settings: async () => DEFAULT_SETTINGS,
      secrets: {
        async get(name) {
          const text = texts[name];
          if (text === undefined) throw new SecretMissing(name);
          return sealed(text);
        },
        forget: () => undefined,
      },
      call: async (request) => {
        called.push(request);
        return { status: 200, headers: {}, body: 'ok' };
      },
      now: () => clock.now,
      observe: { answered: () => undefined, problem: (...it) => void problems.push(it) },
    },
  );
  const ask = (method: string, path: string, more: Partial<Ask> = {}) => {
    const { headers = {}, body = '', query = '', from = '203.0.113.9' } = more;
    return handler({
      rawPath: path,
      rawQueryString: query,
      headers,
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
      requestContext: { http: { method, sourceIp: from } },
    });
  };
  return { clock, done, points, called, problems, ask };
}

interface Ask {
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
  readonly query: string;
  readonly from: string;
}

test.each([
  ['GET', '/'],
  ['GET', '/points'],
  ['OPTIONS', '/points'],
  ['POST', '/points/'],
  ['POST', '/toString'],
  ['GET', '/health'],
  ['DELETE', '/alerts/act'],
])('%s %s is not found', async (method, path) => {
  const { ask } = open();
  expect(await ask(method, path)).toMatchObject({ statusCode: 404 });
});

test('whatever is asked, there is an answer, nothing is done, and nothing of ours is in it', async () => {
  const { ask, done, points, problems } = open();
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('token', 'payload', 'Bearer x', '{', '%', 'v0='),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', ''),
      fc.oneof(fc.constantFrom('/points', '/slack/actions', '/alerts/act'), fc.webPath()),
      fc.record({
        query: word,
        body: fc.oneof(word, fc.uint8Array()),
        headers: fc.dictionary(fc.constantFrom(...HEADERS), word),
        from: fc.ipV4(),
      }),
      async (method, path, more) => {
        const { statusCode, body } = await ask(method, path, more);
        expect([401, 403, 404, 413, 429]).toContain(statusCode);
        for (const secret of [SIGNING, LINK_KEY, TOKEN]) expect(body).not.toContain(secret);
      },
    ),
    { numRuns: 400, seed: 1 },
  );
  expect([done, points, problems]).toEqual([[], [], []]);
});

const HEADERS = [
  'authorization',
  'x-slack-signature',
  'x-slack-request-timestamp',
  'content-encoding',
  'host',
  'origin',
];

describe('points', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const point = { source: 'pump-17', timestamp: NOW, metrics: { temperature: 71.2 } };

  it('with a token are put on the stream, gzip or not', async () => {
    const { ask, points } = open();
    const body = JSON.stringify([point, { ...point, metrics: { temperature: 'hot' } }]);
    const plain = await ask('POST', '/points', { headers: bearer(TOKEN), body });
    expect(plain).toMatchObject({ statusCode: 202 });
    expect(JSON.parse(plain.body!)).toMatchObject({ accepted: 1, rejectedCount: 1, rejected: [{ index: 1 }] });
    const headers = { ...bearer(TOKEN), 'content-encoding': 'gzip' };
    expect(await ask('POST', '/points', { headers, body: gzipSync(JSON.stringify(point)) })).toMatchObject({
      statusCode: 202,
    });
    expect(points.map(({ source }) => source)).toEqual(['pump-17', 'pump-17']);
  });

  it.each([
    ['no token', {}, 401],
    ['another token', bearer(`${TOKEN}x`), 401],
    ['a beginning of the token', bearer(TOKEN.slice(0, -1)), 401],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, 401],
    ['the token of a link', bearer(LINK_KEY), 401],
  ])('with %s are refused unread', async (_, headers, status) => {
    const { ask, points } = open();
    expect(await ask('POST', '/points', { headers, body: JSON.stringify(point) })).toMatchObject({
      statusCode: status,
    });
    expect(points).toEqual([]);
  });

  it.each<[string, string | Uint8Array, Record<string, string>, number]>([
    ['that are no points', '{"source":1}', {}, 400],
    ['from years ahead', JSON.stringify({ ...point, timestamp: NOW + 1e11 }), {}, 400],
    ['of over a megabyte', 'x'.repeat(1_050_000), {}, 413],
    ['of far over a megabyte', 'x'.repeat(1_200_000), {}, 413],
    ['in an encoding that is not read', JSON.stringify(point), { 'content-encoding': 'br' }, 415],
  ])('%s are refused with a reason', async (_, body, headers, status) => {
    const { ask, points } = open();
    expect(await ask('POST', '/points', { headers: { ...bearer(TOKEN), ...headers }, body })).toMatchObject({
      statusCode: status,
    });
    expect(points).toEqual([]);
  });

  it('that cannot be put are to be sent again, and the answer says no more', async () => {
    const { ask } = open({ isDown: true });
    const result = await ask('POST', '/points', { headers: bearer(TOKEN), body: JSON.stringify(point) });
    expect(result).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    expect(result.body).not.toContain(TOKEN);
  });

  it('allow no page of another site: no CORS', async () => {
    const { ask } = open();
    const result = await ask('POST', '/points', { headers: { ...bearer(TOKEN), origin: 'https://evil.example' } });
    expect(Object.keys(result.headers!).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('what was pressed in Slack', () => {
  const message = slackMessage(SAMPLE_NOTIFICATION, { buttons: true });
  const pressed = (action_id: string, over: object = {}) => {
    const value = 'a1,b2';
    const payload = {
      type: 'block_actions',
      user: { id: 'U024', username: 'ann' },
      actions: [{ action_id, block_id: 'tidewatch-alert-actions', value }],
      response_url: RESPONSE_URL,
      message,
      ...over,
    };
    return `payload=${encodeURIComponent(JSON.stringify(payload))}`;
  };
  const signed = (body: string, { at = NOW, secret = SIGNING } = {}) => {
    const timestamp = String(Math.floor(at / 1_000));
    const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
    return { 'X-Slack-Request-Timestamp': timestamp, 'X-Slack-Signature': `v0=${signature}` };
  };
  const actor = { by: 'ann (U024)', via: 'slack' };

  it.each([
    ['acknowledge', ['acknowledge', actor]],
    ['snooze-1h', ['snooze', NOW + 3_600_000, actor]],
    ['snooze-8h', ['snooze', NOW + 8 * 3_600_000, actor]],
    ['real', ['verdict', 'real', actor]],
    ['false-alarm', ['verdict', 'false-alarm', actor]],
  ])('%s acts on all alerts of the message and says so in it', async (action, what) => {
    const { ask, done, called } = open();
    const body = pressed(action);
    expect(await ask('POST', '/slack/actions', { body, headers: signed(body) })).toMatchObject({ statusCode: 200 });
    expect(done).toEqual([
      ['a1', ...what],
      ['b2', ...what],
    ]);
    const said = JSON.parse(String(called[0]!.body)) as { replace_original: boolean; blocks: unknown[] };
    expect(called[0]!.url).toBe(RESPONSE_URL);
    expect(said.replace_original).toBe(true);
    expect(blockProblems(said.blocks)).toEqual([]);
    expect(JSON.stringify(said.blocks).includes('"Acknowledge"')).toBe(action !== 'acknowledge');
    expect(JSON.stringify(said.blocks.at(-1))).toContain('&lt;done&gt; to a1 (2 alerts)');
  });

  it.each([
    ['acknowledge', 'a1,b2|group-1:3:ops', ['a1', 'b2', 'c3']],
    ['snooze-1h', 'a1,b2|group-1:3:ops', ['a1', 'b2', 'c3']],
    ['real', 'a1,b2|group-1:3:ops', ['a1', 'b2']],
    ['acknowledge', 'a1,b2|group-1:4:ops', ['a1', 'b2']],
    ['acknowledge', 'a1,b2|group-1', ['a1', 'b2']],
  ])('%s of %s acts on %j', async (action_id, value, ids) => {
    const { ask, done } = open();
    const body = pressed(action_id, { actions: [{ action_id, block_id: 'tidewatch-alert-actions', value }] });
    await ask('POST', '/slack/actions', { body, headers: signed(body) });
    expect((done as unknown[][]).map(([id]) => id)).toEqual(ids);
  });

  it('of which the first is over says what was done to the next', async () => {
    const { ask, called } = open();
    const actions = [{ action_id: 'acknowledge', block_id: 'tidewatch-alert-actions', value: 'over,a1' }];
    const body = pressed('acknowledge', { actions });
    await ask('POST', '/slack/actions', { body, headers: signed(body) });
    expect(String(called[0]!.body)).toContain('acknowledge &lt;done&gt; to a1 (2 alerts)');
  });

  it.each<[string, (body: string) => { headers?: Record<string, string>; body?: string }]>([
    ['no signature', () => ({ headers: {} })],
    ['another secret', (body) => ({ headers: signed(body, { secret: 'another-secret-0123' }) })],
    ['a body that was changed', (body) => ({ headers: signed(body), body: body.replace('U024', 'U025') })],
    ['a signature of six minutes ago', (body) => ({ headers: signed(body, { at: NOW - 361_000 }) })],
    ['a signature from six minutes ahead', (body) => ({ headers: signed(body, { at: NOW + 361_000 }) })],
    ['a time that is none', (body) => ({ headers: { ...signed(body), 'X-Slack-Request-Timestamp': 'now' } })],
    ['half a signature', (body) => ({ headers: { ...signed(body), 'X-Slack-Signature': 'v0=ab' } })],
    ['another version', (body) => ({ headers: { ...signed(body), 'X-Slack-Signature': 'v1=ab' } })],
  ])('with %s does nothing', async (_, change) => {
    const { ask, done, called } = open();
    const body = pressed('acknowledge');
    expect(await ask('POST', '/slack/actions', { body, ...change(body) })).toMatchObject({ statusCode: 401 });
    expect([done, called]).toEqual([[], []]);
  });

  it.each([
    [
      'a button of another app',
      pressed('acknowledge', { actions: [{ action_id: 'acknowledge', block_id: 'x', value: 'a1' }] }),
    ],
    ['a button that is none of ours', pressed('delete-everything')],
    ['a name of JavaScript', pressed('constructor')],
    ['something else than a button', 'payload={"type":"view_submission"}'],
    ['no payload', 'hello=1'],
    ['no JSON', 'payload={'],
  ])('%s is heard and does nothing', async (_, body) => {
    const { ask, done } = open();
    expect(await ask('POST', '/slack/actions', { body, headers: signed(body) })).toMatchObject({ statusCode: 200 });
    expect(done).toEqual([]);
  });

  it.each([
    'http://hooks.slack.com/x',
    'https://evil.example/',
    'https://hooks.slack.com.evil.example/',
    'https://hooks.slack.com:8443/',
    'https://hooks.slack.com@evil.example/',
  ])('calls no other address than Slack’s: %s', async (response_url) => {
    const { ask, done, called } = open();
    const body = pressed('acknowledge', { response_url });
    await ask('POST', '/slack/actions', { body, headers: signed(body) });
    expect(done).toHaveLength(2);
    expect(called).toEqual([]);
  });

  it('that cannot be done for now is answered as failed, so that Slack shows it', async () => {
    const { ask } = open({ isDown: true });
    const body = pressed('acknowledge');
    expect(await ask('POST', '/slack/actions', { body, headers: signed(body) })).toMatchObject({ statusCode: 503 });
  });
});

describe('the link of a mail', () => {
  const grant = { target: { shown: ['a1', 'b2'] }, to: 'oncall@example.com', until: NOW + 60_000 };
  const token = signAction(grant, [LINK_KEY]);

  it('opens a page and does nothing', async () => {
    const { ask, done } = open();
    const result = await ask('GET', '/alerts/act', { query: `token=${token}` });
    expect(result).toMatchObject({
      statusCode: 200,
      headers: {
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      },
    });
    expect(result.body).toContain('<form method="post">');
    expect(result.body).toContain('&lt;b&gt;a1 temperature');
    expect(result.body).not.toMatch(/<b>|<script/);
    expect(done).toEqual([]);
  });

  it.each([
    ['action=acknowledge', 'acknowledge', 'oncall@example.com'],
    ['action=false-alarm&name=Ann%0AB', 'verdict', 'Ann B (oncall@example.com)'],
  ])('acts by its form: %s', async (fields, what, by) => {
    const { ask, done } = open();
    const result = await ask('POST', '/alerts/act', { body: `token=${token}&${fields}` });
    expect(result).toMatchObject({ statusCode: 200, body: expect.stringContaining('&lt;done&gt; to a1') });
    expect(done).toHaveLength(2);
    expect(done[0]).toEqual(expect.arrayContaining(['a1', what, { by, via: 'email' }]));
  });

  it.each([
    ['a token of another key', signAction(grant, ['another-key-of-32-characters-.......']), 0, 403],
    ['a token whose time is over', token, 60_000, 403],
    ['no token', '', 0, 403],
    ['a token of alerts that are gone', signAction({ ...grant, target: { shown: ['unknown'] } }, [LINK_KEY]), 0, 404],
  ])('with %s does nothing', async (_, given, laterMs, status) => {
    const { ask, done, clock } = open();
    clock.now += laterMs;
    const shown = await ask('GET', '/alerts/act', { query: `token=${given}` });
    const acted = await ask('POST', '/alerts/act', { body: `token=${given}&action=acknowledge` });
    expect([shown.statusCode, acted.statusCode]).toEqual([status, status]);
    expect(done).toEqual([]);
  });

  it('asks what to do when that was not said', async () => {
    const { ask, done } = open();
    expect(await ask('POST', '/alerts/act', { body: `token=${token}&action=toString` })).toMatchObject({
      statusCode: 400,
    });
    expect(done).toEqual([]);
  });
});

describe('failures', () => {
  it('too many of one caller, and it is told to wait for a minute; others are not', async () => {
    const { ask, clock } = open();
    const statuses = async (from: string) => (await ask('POST', '/points', { from, body: '{}' })).statusCode;
    for (let i = 0; i < 20; i++) expect(await statuses('203.0.113.1')).toBe(401);
    expect(await statuses('203.0.113.1')).toBe(429);
    expect(await statuses('203.0.113.2')).toBe(401);
    clock.now += 60_000;
    expect(await statuses('203.0.113.1')).toBe(401);
  });

  it('of all callers together are counted too; none shuts out who gives proof', async () => {
    const { ask, points } = open();
    for (let i = 0; i < 1_000; i++) await ask('POST', '/points', { from: `203.0.113.${i % 50}` });
    expect(await ask('POST', '/points', { from: 'another' })).toMatchObject({ statusCode: 429 });
    const body = JSON.stringify({ source: 'pump-17', timestamp: NOW, metrics: { temperature: 71.2 } });
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const from of ['203.0.113.1', 'another'])
      expect(await ask('POST', '/points', { from, headers, body })).toMatchObject({ statusCode: 202 });
    expect(points).toHaveLength(2);
  });

  it('of ours hold no secret, in answer or problem', async () => {
    const { ask, problems } = open({ isDown: true });
    const link = signAction({ target: { shown: ['a1'] }, to: 'x', until: NOW + 1 }, [LINK_KEY]);
    await ask('POST', '/alerts/act', { body: `token=${link}&action=real` });
    expect(problems).toHaveLength(1);
    expect(String(problems)).not.toContain(LINK_KEY);
  });
});

test('a way whose secret is not named is closed', async () => {
  const handed = open();
  const handler = createHandler(
    {},
    {
      ...{ producer: { put: async () => undefined }, settings: async () => DEFAULT_SETTINGS, now: () => NOW },
      actions: {} as AlertActions,
      secrets: { get: async () => sealed('{}'), forget: () => undefined },
      observe: { answered: () => undefined, problem: () => undefined },
    },
  );
  const request = { rawQueryString: '', headers: {}, isBase64Encoded: false };
  const statuses = await Promise.all(
    [
      ['POST', '/points'],
      ['POST', '/slack/actions'],
      ['GET', '/alerts/act'],
    ].map(async ([method, rawPath]) => {
      const http = { method: method!, sourceIp: 'x' };
      return (await handler({ ...request, rawPath: rawPath!, requestContext: { http } })).statusCode;
    }),
  );
  expect(statuses).toEqual([401, 401, 403]);
  expect(handed.done).toEqual([]);
});
