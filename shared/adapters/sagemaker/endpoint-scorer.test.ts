import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clockAheadWhen } from '../../../test/factories/clock-ahead';
import { FEATURES } from '../../detection/model';
import { TransientFault } from '../../detection/ports';
import { EndpointMismatch } from './endpoint-answer';
import { EndpointRefusal } from './endpoint-faults';
import { createEndpointScorer, type EndpointScorer, type EndpointScorerOptions } from './endpoint-scorer';

const VECTOR = FEATURES.map((_, i) => i / 10);
const ROW = `${VECTOR.join(',')}\n`;

let server: Server | undefined;
let scorer: EndpointScorer | undefined;
/** Requests that the server has read since it serves. */
let calls = 0;
afterEach(async () => {
  jest.restoreAllMocks();
  scorer?.close();
  server?.closeAllConnections();
  await new Promise((closed) => (server === undefined ? closed(null) : server.close(closed)));
  server = undefined;
});

describe('the endpoint scorer', () => {
  it('posts rows as they are and gives the scores to the bit', async () => {
    const posts: { url: string; body: string; headers: Record<string, unknown> }[] = [];
    await serve((request, reply, body) => {
      posts.push({ url: request.url!, body, headers: request.headers });
      reply.setHeader('content-type', 'text/csv; charset=utf-8').setHeader(ATTRIBUTES, 'schema=1;model=m%2F1');
      reply.end('0.1,0.30000000000000004\n1,0\n');
    });
    expect(await scorer!.score([VECTOR, VECTOR])).toEqual({
      scores: [
        { anomaly: 0.1, alarm: 0.1 + 0.2 },
        { anomaly: 1, alarm: 0 },
      ],
      model: 'm/1',
    });
    expect(posts).toHaveLength(1);
    expect(posts[0]).toMatchObject({
      url: '/endpoints/scores/invocations',
      body: ROW + ROW,
      headers: { 'content-type': 'text/csv', accept: 'text/csv', [ATTRIBUTES]: 'schema=1' },
    });
  });

  it('calls nobody for no vectors', async () => {
    await serve((_, reply) => reply.writeHead(500).end());
    expect(await scorer!.score([])).toEqual({ scores: [], model: 'none' });
  });

  it('splits what exceeds the payload limit, keeps the order and no more calls at once than allowed', async () => {
    let inHand = 0;
    let most = 0;
    let rows = 0;
    let held: (() => void)[] = [];
    const vectors = Array.from({ length: 20 }, (_, i) => [i, ...VECTOR.slice(1)]);
    await serve(
      (_, reply, body) => {
        most = Math.max(most, ++inHand);
        const answer = body
          .split('\n')
          .slice(0, -1)
          .map((row) => `${Number(row.split(',')[0]) / 1_000},0\n`);
        rows += answer.length;
        held.push(() => {
          inHand--;
          answerWith(reply, answer.join(''));
        });
        // Two by two, the later rows first; the last ones may be alone.
        if (held.length < 2 && rows < vectors.length) return;
        for (const give of held.reverse()) give();
        held = [];
      },
      { payloadBytesMax: 3 * ROW.length, concurrency: 2, timeoutMs: 60_000, attemptTimeoutMs: 60_000 },
    );
    const { scores } = await scorer!.score(vectors);
    expect(scores.map(({ anomaly }) => anomaly)).toEqual(vectors.map(([first]) => first! / 1_000));
    expect(most).toBe(2);
  });

  it('is transiently at fault when two calls of a batch meet two models', async () => {
    await serve((_, reply) => answerWith(reply, '0,0\n', `schema=1;model=m${calls}`), { payloadBytesMax: 1 });
    await expect(scorer!.score([VECTOR, VECTOR])).rejects.toThrow(/the model changed/);
  });

  it.each<[string, string, string]>([
    ['another schema', '0,0\n', 'schema=2;model=m'],
    ['no schema', '0,0\n', 'model=m'],
    ['no model', '0,0\n', 'schema=1'],
    ['too few rows', '', 'schema=1;model=m'],
    ['too many rows', '0,0\n0,0\n', 'schema=1;model=m'],
    ['too few columns', '0\n', 'schema=1;model=m'],
    ['words', '<html>,\n', 'schema=1;model=m'],
    ['NaN', 'NaN,0\n', 'schema=1;model=m'],
    ['a score above 1', '0,1.01\n', 'schema=1;model=m'],
    ['a negative score', '-0.1,0\n', 'schema=1;model=m'],
  ])('refuses an answer with %s', async (_, body, attributes) => {
    await serve((_request, reply) => answerWith(reply, body, attributes));
    await expect(scorer!.score([VECTOR])).rejects.toThrow(EndpointMismatch);
  });

  it('refuses an answer of another type', async () => {
    await serve((_, reply) =>
      reply.setHeader(ATTRIBUTES, 'schema=1;model=m').setHeader('content-type', 'text/html').end('0,0\n'),
    );
    await expect(scorer!.score([VECTOR])).rejects.toThrow(/text\/html instead of text\/csv/);
  });

  const FAILURES: [number, string, object][] = [
    [500, '', {}],
    [503, 'ServiceUnavailable', {}],
    [400, 'ThrottlingException', {}],
    [429, 'ModelNotReadyException', {}],
    [424, 'ModelError', { OriginalStatusCode: 500 }],
  ];
  const failing = (status: number, type: string, fields: object, reply: Reply) =>
    reply
      .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
      .end(JSON.stringify({ message: 'row 1 is empty', ...fields }));

  it.each(FAILURES)('asks again after %d %s %j, and takes the answer', async (status, type, fields) => {
    await serve((_, reply) => (calls < 4 ? failing(status, type, fields, reply) : answerWith(reply, '0,0\n')));
    expect((await scorer!.score([VECTOR])).scores).toHaveLength(1);
    expect(calls).toBe(4);
  });

  it.each(FAILURES)('is transiently at fault when %d %s %j lasts for all its time', async (status, type, fields) => {
    await serve((_, reply) => failing(status, type, fields, reply), { timeoutMs: 60_000, attemptTimeoutMs: 60_000 });
    clockAheadWhen(() => calls === 3);
    await expect(scorer!.score([VECTOR])).rejects.toThrow(TransientFault);
    expect(calls).toBe(3);
  });

  it.each<[number, string, object]>([
    [424, 'ModelError', { OriginalStatusCode: 400 }],
    [400, 'ValidationError', {}],
    [404, '', {}],
    [413, '', {}],
  ])('is refused with %d %s %j, and does not ask again', async (status, type, fields) => {
    await serve((_, reply) => failing(status, type, fields, reply));
    const failed = await scorer!.score([VECTOR]).catch((caught: unknown) => caught as Error);
    expect(failed).toBeInstanceOf(EndpointRefusal);
    expect(failed).toMatchObject({ endpoint: 'scores', message: expect.stringMatching('row 1') });
    expect(calls).toBe(1);
  });

  it('asks again when a call hangs', async () => {
    await serve((_, reply) => (calls === 1 ? undefined : answerWith(reply, '0,0\n')), {
      ...{ timeoutMs: 60_000, attemptTimeoutMs: 200 },
    });
    expect((await scorer!.score([VECTOR])).scores).toHaveLength(1);
    expect(calls).toBeGreaterThanOrEqual(2);
  });

  it('takes no longer than it is told, whatever its own limit', async () => {
    await serve(() => {}, { timeoutMs: 60_000, attemptTimeoutMs: 60_000 });
    await expect(scorer!.score([VECTOR], 70)).rejects.toThrow(/did not answer within \d{1,2} ms/);
  });

  it('ends what is under way once a call of the batch was refused', async () => {
    let refuse = () => {};
    const refusesOne = (_: unknown, reply: Reply, body: string) => {
      if (body.startsWith('7,')) refuse = () => reply.writeHead(404).end();
      if (calls === 3) refuse();
    };
    await serve(refusesOne, { payloadBytesMax: 1, concurrency: 3, timeoutMs: 60_000, attemptTimeoutMs: 60_000 });
    await expect(scorer!.score([VECTOR, VECTOR, [7, ...VECTOR.slice(1)], VECTOR])).rejects.toThrow(EndpointRefusal);
    expect(calls).toBe(3);
  });

  it('gives up after its time-out', async () => {
    await serve(() => {}, { timeoutMs: 60 });
    await expect(scorer!.score([VECTOR])).rejects.toThrow(/endpoint: scores did not answer within \d{1,2} ms/);
  });

  it.each<[string, RequestListener]>([
    ['hangs up', (request) => request.socket.destroy()],
    ['answers in part', (_, reply) => reply.writeHead(200, { 'content-length': '100' }).end('0,0\n')],
  ])('is transiently at fault when the endpoint %s', async (_, listener) => {
    await serve(listener, { timeoutMs: 500 });
    await expect(scorer!.score([VECTOR])).rejects.toThrow(TransientFault);
  });

  it('is transiently at fault when nobody listens, and works once somebody does', async () => {
    // Below the ports that the system gives to other programs meanwhile.
    const port = 10_000 + (process.pid % 20_000);
    server = serverOf((_, reply) => answerWith(reply, '0,0\n'));
    scorer = scorerOf(port);
    const briefly = () => scorer!.score([VECTOR], 200).catch((error: unknown) => error);
    let failed = await briefly();
    // A last try that its time cuts short says that instead.
    while (/did not answer/.test(String(failed))) failed = await briefly();
    expect(failed).toBeInstanceOf(TransientFault);
    expect(String(failed)).toMatch(/was not reached: ECONNREFUSED/);
    await new Promise<void>((listening) => server!.listen(port, '127.0.0.1', listening));
    expect((await scorer.score([VECTOR])).scores).toHaveLength(1);
  });

  it('reads nothing of the user’s profile', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_CONFIG_FILE: '/nowhere/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
      AWS_ACCESS_KEY_ID: 'THE-USERS-OWN',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_MAX_ATTEMPTS: 'nonsense',
      AWS_RETRY_MODE: 'nonsense',
    });
    try {
      const seen: string[] = [];
      await serve((request, reply) => {
        seen.push(JSON.stringify(request.headers));
        answerWith(reply, '0,0\n');
      });
      await scorer!.score([VECTOR]);
      expect(seen[0]).toMatch(/Credential=local\//);
      expect(seen[0]).not.toMatch(/USERS-OWN|token"/);
    } finally {
      process.env = before;
    }
  });
});

const ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';
type Reply = Parameters<RequestListener>[1];

function answerWith(reply: Reply, body: string, attributes = 'schema=1;model=m'): void {
  reply.setHeader('content-type', 'text/csv').setHeader(ATTRIBUTES, attributes).end(body);
}

type Listener = (request: Parameters<RequestListener>[0], reply: Reply, body: string) => unknown;

async function serve(listener: Listener, options: Partial<EndpointScorerOptions> = {}): Promise<void> {
  calls = 0;
  server = serverOf(listener);
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  scorer = scorerOf((server.address() as AddressInfo).port, options);
}

function serverOf(listener: Listener): Server {
  return createServer(async (request, reply) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    calls++;
    listener(request, reply, Buffer.concat(chunks).toString());
  });
}

function scorerOf(port: number, options: Partial<EndpointScorerOptions> = {}): EndpointScorer {
  const endpointUrl = `http://127.0.0.1:${port}`;
  return createEndpointScorer({ endpointName: 'scores', region: 'eu-central-1', endpointUrl, ...options });
}
