import { TransientFault } from '../../detection/ports';
import { createSecrets } from './secrets';
import { type FakeServer, startFakeServer } from './testing/fake-server';

const WHOLE = 'hunter2-and-more';
const OBJECT = JSON.stringify({ username: 'tidewatch', password: 'p4ss "word"', port: 1 });

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer((request, response) => {
    const { SecretId } = JSON.parse(request.body) as { SecretId: string };
    const SecretString = { whole: WHOLE, object: OBJECT }[SecretId];
    const isThere = SecretString !== undefined;
    response.writeHead(isThere ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(isThere ? { SecretString } : { __type: 'ResourceNotFoundException', message: 'none' }));
  });
});
afterEach(() => server.close());

const secrets = (more = {}) => createSecrets({ region: 'eu-central-1', endpointUrl: server.url, ...more });

describe('secrets', () => {
  it.each([
    ['whole', WHOLE],
    ['object', OBJECT],
    ['object#password', 'p4ss "word"'],
  ])('gives the text of %s', async (reference, text) => {
    expect(await secrets()(reference)).toBe(text);
    expect(server.requests[0]!.headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
  });

  it.each(['object#token', 'object#port', 'whole#password'])(
    'says that %s has no such field, and nothing else',
    async (reference) => {
      const error = await secrets()(reference).catch((thrown: Error) => thrown);
      expect(String(error)).toMatch(/^Error: secret \w+ has no text in its field \w+$/);
    },
  );

  it('does not ask again for what is not there', async () => {
    await expect(secrets()('gone')).rejects.toMatchObject({ name: 'AwsRefusal', reason: 'ResourceNotFoundException' });
    expect(server.requests).toHaveLength(1);
  });

  it('asks again after a fault of the service', async () => {
    const { answer } = server;
    server.answer = (request, response, call) => {
      if (call > 0) answer(request, response, call);
      else
        response
          .writeHead(500, { 'content-type': 'application/x-amz-json-1.1' })
          .end('{"__type":"InternalServiceError"}');
    };
    expect(await secrets()('whole')).toBe(WHOLE);
  });

  it('gives up in time when nobody answers', async () => {
    server.answer = () => undefined;
    await expect(secrets({ timeoutMs: 300, attemptTimeoutMs: 100 })('whole')).rejects.toThrow(TransientFault);
  });
});
