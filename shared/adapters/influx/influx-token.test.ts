import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { type FakeServer, startFakeServer } from '../aws/testing/fake-server';
import { createInfluxToken, isInfluxTokenGood } from './influx-token';

/** As much of InfluxDB 2 as it takes to make a token. */
const LOGIN = { username: 'tidewatch', password: 's3cret: "word"' };
const BASIC = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
let influx: FakeServer;
beforeEach(async () => {
  influx = await startFakeServer(({ method, path, headers, body }, response) => {
    const isUser = headers.cookie === 'influxdb-oss-session=abc' || headers.authorization === 'Token good';
    const say = (status: number, answer: object, more = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(answer));
    if (path === '/api/v2/signin' && method === 'POST') {
      if (headers.authorization !== BASIC) return say(401, {});
      return say(204, {}, { 'set-cookie': 'influxdb-oss-session=abc; Path=/api/; HttpOnly' });
    }
    if (!isUser) return say(401, { message: 'unauthorized access' });
    if (path.startsWith('/api/v2/buckets?')) {
      const isPoints = new URLSearchParams(path.split('?')[1]).get('name') === 'points';
      return say(200, { buckets: isPoints ? [{ id: 'b1', orgID: 'o1', name: 'points' }] : [] });
    }
    const { permissions, orgID } = JSON.parse(body) as { permissions: object; orgID: string };
    const resource = { type: 'buckets', id: 'b1', orgID: 'o1' };
    const asked = JSON.stringify([orgID, permissions]);
    const wanted = [
      'o1',
      [
        { action: 'read', resource },
        { action: 'write', resource },
      ],
    ];
    return say(asked === JSON.stringify(wanted) ? 201 : 422, { token: 'fresh==' });
  });
});
afterEach(() => influx.close());
const bucket = (name = 'points') => ({ url: influx.url, organization: 'tidewatch', bucket: name });

describe('a token of InfluxDB', () => {
  it('reads and writes the bucket and nothing else', async () => {
    expect(await createInfluxToken(bucket(), LOGIN, 1_000)).toBe('fresh==');
    expect(influx.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      'POST /api/v2/signin',
      'GET /api/v2/buckets',
      'POST /api/v2/authorizations',
    ]);
  });

  it.each([
    ['good', 'points', true],
    ['stale', 'points', false],
    ['good', 'elsewhere', false],
  ])('%s for the bucket %s: %s', async (token, name, isGood) => {
    expect(await isInfluxTokenGood(bucket(name), token, 1_000)).toBe(isGood);
  });

  it('is not made with a wrong password, and the error holds none', async () => {
    const login = { ...LOGIN, password: 'wr0ng' };
    const error = await createInfluxToken(bucket(), login, 1_000).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: 'store: InfluxDB refuses the login (401)' });
    expect(inspect(error, { depth: 9 })).not.toContain('wr0ng');
  });

  it('is not made for a bucket that is not there', async () => {
    await expect(createInfluxToken(bucket('elsewhere'), LOGIN, 1_000)).rejects.toThrow(/no bucket elsewhere/);
  });

  it.each([
    ['is broken', (_: unknown, response: ServerResponse) => void response.writeHead(503).end()],
    ['does not answer', () => undefined],
  ])('is asked for again when the server %s', async (_, answer) => {
    influx.answer = answer;
    await expect(createInfluxToken(bucket(), LOGIN, 100)).rejects.toMatchObject({ name: 'Again' });
  });
});
