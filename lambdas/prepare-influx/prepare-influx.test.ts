import { type FakeServer, startFakeServer } from '../../shared/adapters/aws/testing/fake-server';
import { PropertiesSchema } from './config';
import { prepareInflux } from './prepare-influx';

let influx: FakeServer;
let kept: Record<string, string>;
/** Of the bucket. */
let everySeconds: number;
beforeEach(async () => {
  everySeconds = 0;
  kept = { token: 'generated', 'login#username': 'tidewatch', 'login#password': 'secret' };
  influx = await startFakeServer(({ method, path, headers, body }, response) => {
    if (method === 'PATCH') ({ everySeconds } = JSON.parse(body).retentionRules[0]);
    const isKnown = headers.authorization !== 'Token generated';
    response.writeHead(isKnown ? 200 : 401, { 'set-cookie': 'session=1' });
    const buckets = [{ id: 'b', orgID: 'o', retentionRules: everySeconds === 0 ? [] : [{ everySeconds }] }];
    response.end(JSON.stringify(path.includes('authorizations') ? { token: 'made' } : { buckets }));
  });
});
afterEach(() => influx.close());

const prepare = ({ timeoutMs = 2_000, isNewAskedFor = false, RetentionDays = 30 } = {}) =>
  prepareInflux(
    // As CloudFormation has them: texts.
    PropertiesSchema.parse({
      Url: influx.url,
      Organization: 'tidewatch',
      Bucket: 'points',
      LoginSecret: 'login',
      TokenSecret: 'token',
      Revision: '1',
      RetentionDays: String(RetentionDays),
    }),
    {
      secrets: async (reference) => kept[reference]!,
      writeSecret: async (id, text) => {
        kept[id] = text;
      },
      timeoutMs,
    },
    isNewAskedFor,
  );

test('the first deployment makes a token, later ones keep it', async () => {
  expect(await prepare()).toBe('made');
  expect(kept['token']).toBe('made');
  expect(await prepare()).toBe('kept');
  expect(influx.requests.filter(({ path }) => path.includes('authorizations'))).toHaveLength(1);
});

test('the bucket keeps rows as long as the row of the environment says, from the first deployment on', async () => {
  await prepare();
  expect(everySeconds).toBe(30 * 86_400);
  await prepare({ RetentionDays: 7 });
  expect(everySeconds).toBe(7 * 86_400);
  await prepare({ RetentionDays: 7 });
  expect(influx.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
  await prepare({ RetentionDays: 0 });
  expect(everySeconds).toBe(0);
});

test('a token that is asked for anew is made although the known one is good', async () => {
  kept['token'] = 'good';
  expect(await prepare({ isNewAskedFor: true })).toBe('made');
  expect(kept['token']).toBe('made');
});

test('a server that is not there yet is waited for', async () => {
  const { answer } = influx;
  influx.answer = (request, response, call) =>
    call < 2 ? void response.writeHead(503).end() : answer(request, response, call);
  expect(await prepare()).toBe('made');
});

test('a server that never comes fails the deployment, and the token stays as it was', async () => {
  influx.answer = (_, response) => void response.writeHead(503).end();
  await expect(prepare({ timeoutMs: 300 })).rejects.toMatchObject({ name: 'TransientFault' });
  expect(kept['token']).toBe('generated');
});
