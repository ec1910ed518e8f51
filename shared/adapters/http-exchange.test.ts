import { type HttpCall, openHttpExchange } from './http-exchange';
import { always, openSink, type Sink, type SinkAnswers } from './https/testing/sink';
import { Again } from './with-retries';

const SECRET = 'hunter2-hunter2';
const exchange = openHttpExchange({ isTls: false, connections: 2, answerBytesMax: 1_000 });
let sink: Sink;
afterEach(() => sink.close());
afterAll(() => exchange.close());

async function answerTo(answers: SinkAnswers, more: Partial<HttpCall> = {}) {
  sink = await openSink(answers);
  const headers = { authorization: SECRET, 'content-length': SECRET.length };
  const call = { url: `${sink.url}/${SECRET}`, method: 'POST', headers, body: Buffer.from(SECRET), timeoutMs: 5_000 };
  return exchange.call({ ...call, ...more });
}

async function faultOf(answers: SinkAnswers, more: Partial<HttpCall> = {}): Promise<string> {
  const fault: unknown = await answerTo(answers, more).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(Again);
  const { message, stack, cause } = fault as Error;
  expect(`${message} ${stack} ${String(cause)}`).not.toContain(SECRET);
  return message;
}

it('gives status, headers and bytes of an answer, whatever they are', async () => {
  const body = String.fromCodePoint(0, 7, 233);
  expect(await answerTo(always(418, body, { 'x-a': 'b', 'retry-after': '2' }))).toMatchObject({
    ...{ status: 418, headers: { 'x-a': 'b' }, body: Buffer.from(body), retryAfterMs: 2_000 },
  });
});

it('follows no redirect', async () => {
  expect(await answerTo(always(307, '', { location: '/elsewhere' }))).toMatchObject({ status: 307 });
  expect(sink.requests).toHaveLength(1);
});

it('keeps its connection', async () => {
  await answerTo(always(200));
  for (let i = 0; i < 3; i++) await exchange.call({ url: sink.url, method: 'GET', headers: {}, timeoutMs: 5_000 });
  expect(sink.connections()).toBe(1);
});

it.each<[string, SinkAnswers, RegExp, number]>([
  ['nothing comes', () => undefined, /^127\.0\.0\.1:\d+ did not answer within 100 ms$/, 100],
  ['the answer drips', (_, response) => void response.write('.'), /did not answer within 100 ms$/, 100],
  ['the connection breaks', (_, response) => void response.destroy(), /not reached: ECONNRESET$/, 5_000],
  [
    'the answer breaks off',
    (_, response) => void response.write('.', () => response.destroy()),
    /broke off its answer/,
    5_000,
  ],
  ['the answer is too long', always(200, 'x'.repeat(2_000)), /broke off its answer: more than 1000 bytes$/, 5_000],
])('asks to be called again when %s, and tells no secret', async (_, answers, words, timeoutMs) => {
  expect(await faultOf(answers, { timeoutMs })).toMatch(words);
});
