import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { clockAheadWhen } from '../../../test/factories/clock-ahead';
import { type RowsRefused, TransientFault } from '../../detection/ports';
import { event, point } from '../contracts/point-store.contract';
import { influxTarget } from './influx-options';
import { createInfluxStore } from './influx-store';

const SECRET = 's3cr3t-of-nobody';

interface Request {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly lines: readonly string[];
}
type Reply = { status: number; body?: string; headers?: Record<string, string> } | 'hang' | 'break';

/** A server that answers as told, request by request. */
function scripted() {
  const requests: Request[] = [];
  let reply: (request: Request, count: number) => Reply = () => ({ status: 204 });
  const server: Server = createServer(async (incoming, response) => {
    const parts: Buffer[] = [];
    for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
    const request = {
      path: incoming.url!,
      headers: incoming.headers,
      lines: Buffer.concat(parts).toString().split('\n'),
    };
    requests.push(request);
    const answer = reply(request, requests.length);
    if (answer === 'hang') return;
    if (answer === 'break') return incoming.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return {
    requests,
    answers: (how: typeof reply) => {
      reply = how;
    },
    start: () => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)),
    stop: () => {
      server.closeAllConnections();
      return new Promise((stopped) => server.close(stopped));
    },
    host: () => `127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
}

describe('the InfluxDB store before a server that misbehaves', () => {
  let server: ReturnType<typeof scripted>;
  beforeEach(() => {
    server = scripted();
    return server.start();
  });
  afterEach(() => server.stop());

  const open = (attemptTimeoutMs = 60_000) => {
    const target = influxTarget('INFLUX_URL', `http://ann:${SECRET}@${server.host()}/?db=tidewatch&rp=year`);
    return createInfluxStore({ target, timeoutMs: 60_000, attemptTimeoutMs });
  };

  test('degraded rows are looked for an hour at a time, without a gap', async () => {
    server.answers(() => ({ status: 200, body: '{"results":[{}]}' }));
    const from = Date.now() - 10.5 * 3_600_000;
    expect(await open().readDegraded({ schema: 1, from, limit: 10 })).toEqual([]);
    const asked = server.requests.map(({ path, lines }) =>
      decodeURIComponent(`${path}\n${lines.join('')}`).replaceAll('+', ' '),
    );
    const firsts = asked.map((query) => BigInt(/time >= (\d+)/.exec(query)![1]!));
    const lasts = asked.map((query) => BigInt(/time <= (\d+)/.exec(query)![1]!));
    expect(firsts.length).toBeGreaterThanOrEqual(12);
    expect(firsts[0]).toBe(BigInt(from) * 1_000_000n);
    expect(firsts.slice(1)).toEqual(lasts.slice(0, -1).map((last) => last + 1n));
    expect(lasts.at(-1)).toBeGreaterThan(10n ** 18n * 9n);
  });
  const rows = (count: number) => Array.from({ length: count }, (_, i) => point({ timestamp: i, value: i }));
  const caught = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error as Error,
    );
  const refusedBy = async (work: Promise<unknown>) =>
    ((await caught(work)) as RowsRefused).refused.map(({ row }) => (row as { value: number }).value);

  it('says who it is and where the points belong', async () => {
    const store = open();
    await store.writePoints(rows(1));
    await store.close();
    const [{ path, headers, lines }] = server.requests as [Request];
    expect(path).toBe('/write?db=tidewatch&precision=ns&rp=year');
    expect(headers.authorization).toBe(`Basic ${Buffer.from(`ann:${SECRET}`).toString('base64')}`);
    expect(lines[0]).toMatch(/^points,source=pump-17,metric=temperature value=0,anomaly_score=0\.12,.* 0$/);
  });

  it.each<[string, Reply]>([
    ['is overloaded', { status: 429, headers: { 'retry-after': '0' } }],
    ['fails', { status: 500, body: '{"error":"timeout"}' }],
    ['is not there yet', { status: 503, body: '<html>' }],
    ['breaks the connection', 'break'],
  ])('tries again when the server %s', async (_, reply) => {
    server.answers((__, count) => (count < 3 ? reply : { status: 204 }));
    const store = open();
    await store.writePoints(rows(2));
    await store.close();
    expect(server.requests).toHaveLength(3);
    expect(server.requests[2]!.lines).toEqual(server.requests[0]!.lines);
  });

  it('tries again when the server hangs', async () => {
    server.answers((_, count) => (count < 3 ? 'hang' : { status: 204 }));
    const store = open(150);
    await store.writePoints(rows(2));
    await store.close();
    expect(server.requests.length).toBeGreaterThanOrEqual(3);
    for (const { lines } of server.requests) expect(lines).toEqual(server.requests[0]!.lines);
  });

  it.each<[string, Reply, RegExp]>([
    [
      'fails',
      { status: 500, body: `{"error":"engine: no space"}` },
      /^store: InfluxDB answered 500: engine: no space \(/,
    ],
    ['hangs', 'hang', /^store: 127\.0\.0\.1:\d+ did not answer within \d+ ms \(/],
    ['breaks every connection', 'break', /^store: 127\.0\.0\.1:\d+ not reached: ECONNRESET \(/],
    ['asks for more patience than there is', { status: 503, headers: { 'retry-after': '3600' } }, /\(1 attempt\)/],
  ])('rejects with a transient fault that holds no secret when the server %s', async (_, reply, message) => {
    server.answers(() => reply);
    const store = open(reply === 'hang' ? 50 : 60_000);
    for (const work of [() => store.writePoints(rows(1)), () => store.readPoints(point({}))]) {
      const before = server.requests.length;
      clockAheadWhen(() => server.requests.length >= before + 3);
      const error = await caught(work());
      jest.restoreAllMocks();
      expect(error).toBeInstanceOf(TransientFault);
      expect(error!.message).toMatch(message);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    }
    await store.close();
  });

  it.each<[number, string, RegExp]>([
    [401, '{"error":"authorization failed"}', /refuses \(401\): authorization failed/],
    [404, '{"code":"not found","message":"bucket \\"x\\" not found"}', /refuses \(404\): bucket "x" not found/],
    [301, '', /refuses \(301\): without a reason/],
  ])('calls %i a defect, once and without a secret', async (status, body, message) => {
    server.answers(() => ({ status, body }));
    const store = open();
    const error = await caught(store.writePoints(rows(1)));
    expect(error).not.toBeInstanceOf(TransientFault);
    expect(error!.message).toMatch(message);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    expect(server.requests).toHaveLength(1);
    await store.close();
  });

  it('sends five thousand lines at a time', async () => {
    const store = open();
    await store.writePoints(rows(12_000));
    await store.close();
    expect(server.requests.map(({ lines }) => lines.length).sort((a, b) => b - a)).toEqual([5_000, 5_000, 2_000]);
  });

  it('sends smaller bodies to a server that says they are too large', async () => {
    server.answers(({ lines }) => ({ status: lines.length > 300 ? 413 : 204 }));
    const store = open();
    await store.writePoints(rows(1_000));
    await store.close();
    expect(server.requests.flatMap(({ lines }) => (lines.length > 300 ? [] : lines))).toHaveLength(1_000);
  });

  it.each<[string, (bad: number) => string]>([
    ['with their number', (bad) => `partial write: points beyond retention policy dropped=${bad}`],
    ['with a wrong number', () => 'partial write: unable to parse dropped=0'],
    ['without a number', () => 'unable to parse'],
  ])('finds the rows that a server refuses %s', async (_, message) => {
    const isBad = (line: string) => /value=(3|500|501|998),/.test(line);
    server.answers(({ lines }) => {
      const bad = lines.filter(isBad).length;
      return bad === 0 ? { status: 204 } : { status: 400, body: JSON.stringify({ error: message(bad) }) };
    });
    const store = open();
    expect(await refusedBy(store.writePoints(rows(1_000)))).toEqual([3, 500, 501, 998]);
    await store.close();
    expect(server.requests.length).toBeLessThan(90);
  });

  it('does not search for ever: names all rows of a part when too many are refused', async () => {
    server.answers(({ lines }) =>
      lines.some((line) => /value=\d*[02468],/.test(line)) ? { status: 422, body: 'no' } : { status: 204 },
    );
    const store = open();
    const refused = await refusedBy(store.writePoints(rows(2_000)));
    await store.close();
    expect(server.requests.length).toBeLessThan(500);
    expect(new Set(refused.filter((value) => value % 2 === 0)).size).toBe(1_000);
  });

  it('goes on with other batches when a row of one is refused, and tells a fault of one', async () => {
    server.answers(({ lines }) =>
      lines.some((line) => line.includes('value=6000,'))
        ? { status: 400, body: `{"error":"partial write: bad dropped=1"}` }
        : { status: 204 },
    );
    const store = open();
    expect(await refusedBy(store.writePoints(rows(11_000)))).toEqual([6_000]);
    let faults = 0;
    server.answers(({ lines }) => {
      if (!lines.some((line) => line.includes('value=6000,'))) return { status: 204 };
      faults += 1;
      return { status: 500 };
    });
    clockAheadWhen(() => faults === 3);
    expect(await caught(store.writePoints(rows(11_000)))).toBeInstanceOf(TransientFault);
    jest.restoreAllMocks();
    await store.close();
  });

  it('refuses what no line can hold and writes the rest', async () => {
    const store = open();
    const odd = [point({ value: Number.NaN }), point({ timestamp: 0.5 }), point({ expected: Infinity }), point({})];
    const error = (await caught(store.writePoints(odd))) as RowsRefused;
    expect(error.refused.map(({ row }) => row)).toEqual(odd.slice(0, 3));
    expect(server.requests[0]!.lines).toHaveLength(1);
    expect(
      ((await caught(store.writeAnomalies([event('a', { timestamp: 1e300 })]))) as RowsRefused).refused,
    ).toHaveLength(1);
    await store.close();
  });
});

describe('the address of InfluxDB', () => {
  it.each([
    ['http://localhost:8086/?db=t', { url: 'http://localhost:8086', api: 1, database: 't' }],
    [
      'https://u:p%40@h/influx/?db=t&rp=y',
      { url: 'https://h/influx', username: 'u', password: 'p@', retentionPolicy: 'y' },
    ],
    ['https://h/?org=o&bucket=b', { api: 2, org: 'o', bucket: 'b', database: 'b', token: SECRET }],
    ['https://h/?org=o&bucket=b&db=d', { api: 2, database: 'd' }],
  ])('%s is understood', (address, parts) => {
    expect(influxTarget('INFLUX_URL', address, SECRET)).toMatchObject(parts);
  });

  it.each([
    '',
    `redis://:${SECRET}@h/?db=t`,
    `http://:${SECRET}@h`,
    `http://:${SECRET}%@h/?db=t`,
    `http://u:${SECRET}@h:99999/?db=t`,
    `http://u:${SECRET}@h/?org=o`,
    `http://u:${SECRET}@h/?org=o&bucket=b`,
  ])('%j is refused by the name of its variable alone', (address) => {
    try {
      influxTarget('INFLUX_URL', address);
    } catch (error) {
      expect((error as Error).message).toMatch(/^INFLUX_URL /);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
      return;
    }
    throw new Error('was taken');
  });
});
