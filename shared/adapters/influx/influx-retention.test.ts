import { type FakeServer, startFakeServer } from '../aws/testing/fake-server';
import { keepInfluxRows } from './influx-retention';

const LOGIN = { username: 'tidewatch', password: 'secret' };
let influx: FakeServer;
let rules: readonly { readonly everySeconds: number }[];
beforeEach(async () => {
  rules = [];
  influx = await startFakeServer(({ method, path, headers, body }, response) => {
    const say = (status: number, answer: object = {}, more = {}) =>
      response.writeHead(status, more).end(JSON.stringify(answer));
    if (path === '/api/v2/signin') return say(200, {}, { 'set-cookie': 'session=abc; Path=/api/' });
    if (headers.cookie !== 'session=abc') return say(401);
    if (method === 'PATCH' && path !== '/api/v2/buckets/b1') return say(404);
    if (method === 'PATCH') rules = (JSON.parse(body) as { retentionRules: typeof rules }).retentionRules;
    return say(200, { buckets: [{ id: 'b1', orgID: 'o1', retentionRules: rules }] });
  });
});
afterEach(() => influx.close());

const keep = (days: number) =>
  keepInfluxRows({ url: influx.url, organization: 'tidewatch', bucket: 'points' }, LOGIN, days, 1_000);

test('a bucket that keeps rows for ever is told how long, and drops them by the day', async () => {
  expect(await keep(30)).toBe(true);
  expect(rules).toEqual([{ type: 'expire', everySeconds: 2_592_000, shardGroupDurationSeconds: 86_400 }]);
});

test('one that knows is told nothing', async () => {
  rules = [{ everySeconds: 2_592_000 }];
  expect(await keep(30)).toBe(false);
  expect(influx.requests.some(({ method }) => method === 'PATCH')).toBe(false);
});

test('with 0 it keeps them for ever, as one without a rule does', async () => {
  expect(await keep(0)).toBe(false);
  rules = [{ everySeconds: 2_592_000 }];
  expect(await keep(0)).toBe(true);
  expect(rules).toEqual([{ type: 'expire', everySeconds: 0 }]);
});

test('a refusal is an error without the password', async () => {
  const { answer } = influx;
  influx.answer = (request, response, call) =>
    request.method === 'PATCH' ? void response.writeHead(403).end() : answer(request, response, call);
  await expect(keep(30)).rejects.toThrow('store: InfluxDB refuses /api/v2/buckets/b1 (403)');
});
