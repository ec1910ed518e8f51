import { type FakeServer, startFakeServer } from '../../shared/adapters/aws/testing/fake-server';
import { prepareInflux } from './prepare-influx';

let influx: FakeServer;
let kept: Record<string, string>;
beforeEach(async () => {
  kept = { token: 'generated', 'login#username': 'tidewatch', 'login#password': 'secret' };
  influx = await startFakeServer(({ path, headers }, response) => {
    const isKnown = headers.authorization !== 'Token generated';
    response.writeHead(isKnown ? 200 : 401, { 'set-cookie': 'session=1' });
    response.end(
      JSON.stringify(path.includes('authorizations') ? { token: 'made' } : { buckets: [{ id: 'b', orgID: 'o' }] }),
    );
  });
});
afterEach(() => influx.close());

const prepare = ({ timeoutMs = 2_000, isNewAskedFor = false } = {}) =>
  prepareInflux(
    {
      Url: influx.url,
      Organization: 'tidewatch',
      Bucket: 'points',
      LoginSecret: 'login',
      TokenSecret: 'token',
      Revision: '1',
    },
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
  const asked = influx.requests.length;
  expect(await prepare()).toBe('kept');
  expect(influx.requests.length).toBe(asked + 1);
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
