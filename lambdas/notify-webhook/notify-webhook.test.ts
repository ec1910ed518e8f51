import { Webhook } from 'standardwebhooks';
import { always, openSink, type Sink, type SinkAnswers } from '../../shared/adapters/https/testing/sink';
import { SAMPLE_NOTIFICATION } from '../../shared/domain/notification';
import type { WebhookReceiver } from '../../shared/domain/receiver';
import { channelHandler, channelParts, notificationTo, queueEvent } from '../../test/factories/channel-parts';
import { buildServices } from './build-services';
import { SendConfigSchema } from './config';

const KEYS = ['one', 'two'].map(
  (name) => `whsec_${Buffer.from(`${name}-signing-key-of-32-bytes-......`).toString('base64')}`,
);
const ROUTING_KEY = 'R0UT1NGKEY0123456789';
const SECRET_PATH = '/hooks/T0123-secret-path/B456?token=s3cr3t-token';

let sink: Sink;
afterEach(() => sink.close());

async function open(answers: SinkAnswers) {
  sink = await openSink(answers);
  const parts = channelParts({
    keys: JSON.stringify({ keys: KEYS }),
    routing: JSON.stringify({ routingKey: ROUTING_KEY }),
    address: `${sink.url}${SECRET_PATH}\n`,
    broken: `{"keys":["${KEYS[0]}x x"]}`,
  });
  const config = SendConfigSchema.parse({ ALLOWED_HOSTS: sink.host, SEND_TIMEOUT_MS: '1000' });
  const handler = channelHandler(buildServices(config, parts.handed));
  const base = { name: 'tickets', channel: 'webhook', secret: 'keys', template: 'standard' } as const;
  const to = (more: Partial<WebhookReceiver> = {}): WebhookReceiver => ({ ...base, url: `${sink.url}/hook`, ...more });
  return { ...parts, handler, to };
}

describe('a post', () => {
  it('is a CloudEvent that the receiver verifies with either key, and is the same at every attempt', async () => {
    const statuses = [503, 204];
    const { handler, to } = await open((_request, response) => void response.writeHead(statuses.shift()!).end());
    const event = queueEvent([notificationTo(to())]);
    expect((await handler(event)).batchItemFailures).toEqual([{ itemIdentifier: 'message-0' }]);
    expect((await handler(event)).batchItemFailures).toEqual([]);
    const [first, second] = sink.requests;
    expect(first!.headers['webhook-id']).toBe(second!.headers['webhook-id']);
    const body = first!.body.toString();
    for (const key of KEYS) {
      // The package compares the time with the machine's clock.
      const webhook = new Webhook(key);
      const headers = first!.headers as Record<string, string>;
      const signed = { ...headers, 'webhook-timestamp': headers['webhook-timestamp']! };
      jest.useFakeTimers({ now: 1_000 * Number(signed['webhook-timestamp']) });
      expect(() => webhook.verify(body, signed)).not.toThrow();
      expect(() => webhook.verify(body.replace('pump-17', 'pump-18'), signed)).toThrow();
      jest.useRealTimers();
    }
    expect(JSON.parse(body)).toMatchObject({
      specversion: '1.0',
      type: 'tidewatch.alert.first.v1',
      datacontenttype: 'application/json',
      data: { status: 'firing', summary: 'High: pump-17 temperature is 96.4, usual 68.9 to 73.5' },
    });
    expect(first!.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  });

  it('is an event of PagerDuty, one incident a group', async () => {
    const { handler, to } = await open(always(202, '{"status":"success"}'));
    const receiver = to({ template: 'pagerduty', secret: 'routing' });
    const taken = { status: 'acknowledged', reason: 'acknowledged', begins: false, transition: 2 } as const;
    const over = { status: 'resolved', reason: 'resolved', begins: false, transition: 3 } as const;
    await handler(queueEvent([{}, taken, over].map((more) => notificationTo(receiver, more))));
    const events = sink.requests.map(({ body }) => JSON.parse(body.toString()));
    expect(events).toMatchObject([
      {
        routing_key: ROUTING_KEY,
        event_action: 'trigger',
        dedup_key: SAMPLE_NOTIFICATION.groupKey,
        payload: { source: 'pump-17', severity: 'error', component: 'temperature', class: 'value' },
      },
      { event_action: 'acknowledge', dedup_key: SAMPLE_NOTIFICATION.groupKey },
      { event_action: 'resolve', dedup_key: SAMPLE_NOTIFICATION.groupKey },
    ]);
  });

  it('triggers in PagerDuty what gets worse after somebody acknowledged it', async () => {
    const { handler, to } = await open(always(202));
    const receiver = to({ template: 'pagerduty', secret: 'routing' });
    await handler(queueEvent([notificationTo(receiver, { status: 'acknowledged', reason: 'worse', begins: false })]));
    expect(JSON.parse(sink.requests[0]!.body.toString())).toMatchObject({ event_action: 'trigger' });
  });

  it('that a silence ends calls nobody by PagerDuty; the log says so, and others are told', async () => {
    const { handler, to, entries, delivered } = await open(always(202));
    const ending = { reason: 'silence-ends', begins: false } as const;
    const pager = to({ name: 'pager', template: 'pagerduty', secret: 'routing' });
    await handler(queueEvent([notificationTo(pager, ending)]));
    expect(sink.requests).toEqual([]);
    expect(entries.at(-1)).toMatchObject({ isFinal: true, answer: { isLeftOut: true } });
    expect(delivered).toEqual([expect.stringMatching(/ dropped$/)]);
    await handler(queueEvent([notificationTo(to(), ending)]));
    expect(JSON.parse(sink.requests[0]!.body.toString())).toMatchObject({ type: 'tidewatch.alert.silence-ends.v1' });
  });

  it('holds neither keys nor a secret address', async () => {
    const { handler, to } = await open(always(200));
    const { url: _, ...receiver } = to({ urlSecret: 'address' });
    await handler(queueEvent([notificationTo(receiver)]));
    const { body, headers } = sink.requests[0]!;
    for (const secret of [...KEYS, 's3cr3t-token']) expect(`${body} ${JSON.stringify(headers)}`).not.toContain(secret);
  });

  it('goes to an address that is a secret', async () => {
    const { handler, to } = await open(always(200));
    const { url: _, ...receiver } = to({ urlSecret: 'address' });
    await handler(queueEvent([notificationTo(receiver)]));
    expect(sink.requests[0]!.path).toBe(SECRET_PATH);
  });
});

describe('an answer', () => {
  it.each([
    [200, {}, 'done', undefined],
    [202, {}, 'done', undefined],
    [301, { location: 'http://169.254.169.254/' }, 'again', undefined],
    [400, {}, 'again', undefined],
    [404, {}, 'again', undefined],
    [410, {}, 'done', undefined],
    [429, { 'retry-after': '7' }, 'again', 7_000],
    [500, {}, 'again', undefined],
    [503, { 'retry-after': 'Sun, 22 Nov 2026 13:03:00 GMT' }, 'again', 120_000],
    [503, { 'retry-after': 'soon' }, 'again', undefined],
  ])('%d with %j: %s', async (status, headers, what, afterMs) => {
    const { handler, to, delays, entries } = await open(always(status, 'because', headers));
    const { batchItemFailures } = await handler(queueEvent([notificationTo(to())]));
    expect(batchItemFailures).toHaveLength(what === 'again' ? 1 : 0);
    expect(entries.at(-1)).toMatchObject({ answer: { status, words: 'because' } });
    if (what === 'again') expect(delays[0]!.afterMs).toBe(afterMs ?? 15_000);
    expect(sink.requests).toHaveLength(1);
  });

  it('410 disables the receiver: what comes later is dropped unsent', async () => {
    const { handler, to, delivered } = await open(always(410));
    await handler(queueEvent([notificationTo(to())]));
    await handler(queueEvent([notificationTo(to(), { transition: 2 })]));
    expect(sink.requests).toHaveLength(1);
    expect(delivered.map((line) => line.split(' ')[1])).toEqual(['refused', 'dropped']);
  });

  it('is waited for less and less often, over hours', async () => {
    const { handler, to, delays } = await open(always(500));
    const event = queueEvent([notificationTo(to())]);
    for (let attempt = 1; attempt <= 10; attempt++) await handler(event);
    expect(delays.map(({ afterMs }) => afterMs / 1_000)).toEqual([15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
  });

  it('that never comes leaves the message in the queue and says that it may have arrived', async () => {
    const { handler, to, entries } = await open(() => undefined);
    expect((await handler(queueEvent([notificationTo(to())]))).batchItemFailures).toHaveLength(1);
    expect(entries.at(-1)!.answer).toEqual({
      words: expect.stringContaining('did not answer within 1000 ms'),
      mayHaveArrived: true,
    });
  });
});

describe('what is never called', () => {
  it('an address that the environment does not allow: refused at once, and the log says why', async () => {
    const { handler, to, entries } = await open(always(200));
    const { batchItemFailures } = await handler(queueEvent([notificationTo(to({ url: 'http://127.0.0.1:1/' }))]));
    expect(batchItemFailures).toEqual([]);
    expect(entries.at(-1)).toMatchObject({ isFinal: true, answer: { words: '127.0.0.1 is called by HTTPS only' } });
  });
});

describe('a batch', () => {
  it('of which one receiver fails: the others are done', async () => {
    const { handler, to } = await open(
      (request, response) => void response.writeHead(request.path === '/bad' ? 500 : 200).end(),
    );
    const event = queueEvent([
      notificationTo(to({ name: 'bad', url: `${sink.url}/bad` })),
      notificationTo(to({ name: 'good' })),
    ]);
    event.Records.push({ ...event.Records[0]!, messageId: 'garbage', body: '{"version":1}' });
    const { batchItemFailures } = await handler(event);
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'message-0' }, { itemIdentifier: 'garbage' }]);
  });

  it('with a repetition and one that is superseded: both are dropped', async () => {
    const { handler, to } = await open(always(200));
    const [first, second] = [notificationTo(to()), notificationTo(to(), { transition: 2 })];
    await handler(queueEvent([second, second]));
    expect((await handler(queueEvent([first, second]))).batchItemFailures).toEqual([]);
    expect(sink.requests).toHaveLength(1);
  });

  it('for which no time is left: not even claimed', async () => {
    const { handler, to, entries } = await open(always(200));
    const context = { getRemainingTimeInMillis: () => 2_000 };
    expect((await handler(queueEvent([notificationTo(to())]), context)).batchItemFailures).toHaveLength(1);
    expect(entries).toEqual([]);
  });
});

describe('no secret stays behind', () => {
  const echo: SinkAnswers = ({ path, body, headers }, response) =>
    void response.writeHead(500).end(`cannot post ${path} ${JSON.stringify(headers)} ${body}`);
  it.each<[string, SinkAnswers, Partial<WebhookReceiver>]>([
    [
      'when a receiver repeats address and body',
      echo,
      { urlSecret: 'address', template: 'pagerduty', secret: 'routing' },
    ],
    ['when a receiver repeats address and headers', echo, { urlSecret: 'address' }],
    ['when nothing answers', () => undefined, { urlSecret: 'address' }],
    ['when the connection breaks', (_request, response) => void response.destroy(), { urlSecret: 'address' }],
    ['when a redirect is answered', always(302, '', { location: SECRET_PATH }), { urlSecret: 'address' }],
    ['when a key is broken', always(200), { secret: 'broken' }],
    ['when there is no such secret', always(200), { secret: 'missing' }],
  ])('%s', async (_, answers, more) => {
    const { handler, to, traces, entries } = await open(answers);
    const receiver = to(more);
    if (more.urlSecret !== undefined) delete receiver.url;
    expect((await handler(queueEvent([notificationTo(receiver)]))).batchItemFailures).toHaveLength(1);
    expect(entries.at(-1)).toMatchObject({ what: 'failed' });
    for (const secret of [...KEYS, ROUTING_KEY, 'T0123-secret-path', 's3cr3t-token']) {
      expect(traces()).not.toContain(secret.replace('whsec_', '').slice(0, 20));
    }
  });
});
