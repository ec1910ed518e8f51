import { CallFailed, CallRefused } from './call-faults';
import { type CallRules, type GuardedRequest, openGuardedCall } from './guarded-call';
import type { Resolve } from './guarded-lookup';
import { TEST_CERTIFICATE } from './testing/certificate';
import { always, openSink, type Sink, type SinkAnswers } from './testing/sink';

const SECRET = 'B0123-very-secret-path';
let sink: Sink | undefined;

afterEach(async () => {
  await sink?.close();
  sink = undefined;
});

async function open(answers: SinkAnswers, options?: { tls: boolean }): Promise<Sink> {
  sink = await openSink(answers, options);
  return sink;
}

function request(url: string, more: Partial<GuardedRequest> = {}): GuardedRequest {
  return { url, method: 'POST', headers: { 'x-key': SECRET }, body: SECRET, timeoutMs: 5_000, ...more };
}

async function faultOf(url: string, rules: Partial<CallRules> = {}, more: Partial<GuardedRequest> = {}) {
  const fault: unknown = await openGuardedCall({ allowedHosts: [], ...rules })(request(url, more)).catch((e) => e);
  expect(fault).toBeInstanceOf(Error);
  const { message, stack, cause } = fault as Error;
  expect(`${message} ${stack} ${String(cause)}`).not.toContain(SECRET);
  return fault as Error;
}

const answering =
  (...addresses: string[]): Resolve =>
  (_hostname, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('what is never called', () => {
  test.each([
    ['plain HTTP', `http://example.com/${SECRET}`],
    ['another protocol', `ftp://example.com/${SECRET}`],
    ['a file', `file:///etc/${SECRET}`],
    ['no URL at all', `not a url ${SECRET}`],
    ['a user and password', `https://user:${SECRET}@example.com/`],
    ['loopback', `https://127.0.0.1/${SECRET}`],
    ['loopback of IPv6', `https://[::1]/${SECRET}`],
    ['loopback, mapped', `https://[::ffff:127.0.0.1]/${SECRET}`],
    ['loopback in octal', `https://0177.0.0.1/${SECRET}`],
    ['loopback as one number', `https://2130706433/${SECRET}`],
    ['loopback with a part left out', `https://127.1/${SECRET}`],
    ['loopback in full-width digits', `https://１２７.0.0.1/${SECRET}`],
    ['metadata', `https://169.254.169.254/latest/${SECRET}`],
    ['metadata in hexadecimal', `https://0xa9fea9fe/${SECRET}`],
    ['a private network', `https://10.1.2.3/${SECRET}`],
  ])('%s', async (_, url) => {
    expect(await faultOf(url)).toBeInstanceOf(CallRefused);
  });

  test.each([
    ['loopback', ['127.0.0.1']],
    ['a private network', ['10.0.0.8']],
    ['metadata', ['169.254.169.254']],
    ['loopback of IPv6', ['::1']],
    ['a mapped private address', ['::ffff:192.168.0.1']],
    ['a public and a private address', ['93.184.216.34', '127.0.0.1']],
    ['nothing', []],
  ])('a name that resolves to %s', async (_, addresses) => {
    const { port, connections } = await open(always(200));
    const fault = await faultOf(`https://rebound.example:${port}/${SECRET}`, { resolve: answering(...addresses) });
    expect(fault).toBeInstanceOf(CallRefused);
    expect(connections()).toBe(0);
  });

  it('is found by the socket’s own lookup: there is no second one that could say something else', async () => {
    const { port, connections } = await open(always(200));
    let asked = 0;
    const resolve: Resolve = (_hostname, done) => {
      asked++;
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    await faultOf(`https://rebound.example:${port}/`, { resolve });
    expect(asked).toBe(1);
    expect(connections()).toBe(0);
  });

  it('is not softened by another host that is allowed', async () => {
    const { port } = await open(always(200));
    expect(await faultOf(`http://127.0.0.1:${port}/`, { allowedHosts: ['127.0.0.1:1', 'localhost'] })).toBeInstanceOf(
      CallRefused,
    );
  });
});

describe('a call', () => {
  it('gives status, headers and body of the answer; what was sent arrives whole', async () => {
    const { url, host, requests } = await open(always(201, 'made', { 'x-answer': 'a' }));
    const call = openGuardedCall({ allowedHosts: [host] });
    const answer = await call(request(`${url}/path?q=1`, { body: 'größer', headers: { 'x-key': 'k' } }));
    expect(answer).toMatchObject({ status: 201, body: 'made', headers: { 'x-answer': 'a' } });
    expect(requests).toMatchObject([{ method: 'POST', path: '/path?q=1', headers: { 'x-key': 'k' } }]);
    expect(requests[0]!.body.toString()).toBe('größer');
  });

  it('follows no redirect', async () => {
    const { url, host, requests } = await open(always(302, '', { location: 'http://169.254.169.254/' }));
    expect(await openGuardedCall({ allowedHosts: [host] })(request(url))).toMatchObject({ status: 302 });
    expect(requests).toHaveLength(1);
  });

  it('reads no more of an answer than it is allowed to, however long it goes on', async () => {
    const { url, host } = await open((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    const answer = await openGuardedCall({ allowedHosts: [host], answerBytesMax: 25_000 })(request(url));
    expect(answer.body).toHaveLength(25_000);
  });

  it('is over in time when nothing is answered', async () => {
    const { url, host } = await open(() => undefined);
    const fault = await faultOf(url, { allowedHosts: [host] }, { timeoutMs: 1_000 });
    expect(fault).toBeInstanceOf(CallFailed);
    expect(fault).toMatchObject({ isUnsent: false, message: expect.stringContaining('did not answer within 1000 ms') });
  });

  it('is over in time when the answer drips', async () => {
    let timer: NodeJS.Timeout | undefined;
    const { url, host } = await open((_request, response) => {
      timer = setInterval(() => response.write('.'), 5);
    });
    const fault = await faultOf(url, { allowedHosts: [host] }, { timeoutMs: 60 });
    clearInterval(timer);
    expect(fault).toBeInstanceOf(CallFailed);
  });

  it('is over when the answer is a change of protocol, which is none', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    const { url, host } = await open((_request, response) => void response.socket!.write(switching));
    expect(await faultOf(url, { allowedHosts: [host] })).toMatchObject({ name: 'CallFailed', isUnsent: false });
  });

  it('is over in time when the name is never resolved', async () => {
    const fault = await faultOf('https://slow.example/', { resolve: () => undefined }, { timeoutMs: 50 });
    expect(fault).toMatchObject({ isUnsent: true });
  });

  it('tells a connection that was never made from one that broke', async () => {
    const { url, host, close } = await open((_request, response) => void response.destroy());
    expect(await faultOf(url, { allowedHosts: [host] })).toMatchObject({ isUnsent: false });
    await close();
    sink = undefined;
    expect(await faultOf(url, { allowedHosts: [host] })).toMatchObject({ isUnsent: true });
  });

  it('checks certificates', async () => {
    const { url, host, requests } = await open(always(200), { tls: true });
    expect(await faultOf(url, { allowedHosts: [host] })).toMatchObject({ isUnsent: true });
    expect(requests).toHaveLength(0);
    const trusted = openGuardedCall({ allowedHosts: [host], ca: TEST_CERTIFICATE });
    expect(await trusted(request(url))).toMatchObject({ status: 200 });
  });
});
