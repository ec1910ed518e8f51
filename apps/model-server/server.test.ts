import { request } from 'node:http';
import { createEndpointScorer } from '../../shared/adapters/sagemaker/endpoint-scorer';
import { encodeRows } from '../../shared/adapters/sagemaker/number-rows';
import { builtInModel } from '../../shared/detection/built-in-model';
import { FEATURES, type Model } from '../../shared/detection/model';
import { type ModelServer, type ModelServerOptions, startModelServer } from './server';

const ATTRIBUTES = 'x-amzn-sagemaker-custom-attributes';
const VECTORS = Array.from({ length: 25 }, (_, row) =>
  FEATURES.map((_f, column) => ((row * 31 + column * 7) % 97) / 8),
);
const SCORES = VECTORS.map((vector) => builtInModel.score(vector));
const CSV = encodeRows(VECTORS);
const JSON_BODY = JSON.stringify({ instances: VECTORS.map((features) => ({ features })) });

let server: ModelServer;
beforeEach(async () => {
  server = await start({});
});
afterEach(() => server.close());

describe('the model server', () => {
  it('answers a ping', async () => {
    const answer = await fetch(`${server.url}/ping`);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it.each(['/invocations', '/endpoints/any%2Fname/invocations'])('scores rows posted to %s', async (path) => {
    const answer = await post(CSV, { 'content-type': 'text/csv' }, path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get(ATTRIBUTES)).toBe('schema=1;model=built-in-1');
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(await answer.text()).toBe(encodeRows(SCORES.map(({ anomaly, alarm }) => [anomaly, alarm])));
  });

  it('scores JSON', async () => {
    const answer = await post(JSON_BODY, { 'content-type': 'application/json; charset=utf-8' });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await answer.json()).toEqual({ predictions: SCORES });
  });

  it.each<[string, string, string, string]>([
    ['text/csv', CSV, 'application/json', 'application/json'],
    ['application/json', JSON_BODY, 'text/csv', 'text/csv'],
    ['text/csv', CSV, '*/*', 'text/csv'],
    ['text/csv', CSV, 'image/png, application/json;q=0.5', 'application/json'],
  ])('answers %s in what is accepted', async (type, body, accept, answered) => {
    const answer = await post(body, { 'content-type': type, accept });
    expect(answer.headers.get('content-type')).toContain(answered);
  });

  it('gives through the SDK what the model gives in process, to the bit', async () => {
    const scorer = createEndpointScorer({
      endpointName: 'scores',
      region: 'eu-central-1',
      endpointUrl: server.url,
    });
    expect(await scorer.score(VECTORS)).toEqual({ scores: SCORES, model: 'built-in-1' });
    scorer.close();
  });

  const csv = { 'content-type': 'text/csv' };
  const json = { 'content-type': 'application/json' };
  const row = VECTORS[0]!.join(',');
  it.each<[number, string, Record<string, string>, string, string]>([
    [
      400,
      'a word among the numbers',
      csv,
      `${row}\n${row.replace(/^[^,]*/, 'high')}\n`,
      'row 2, column 1 (novelty): "high"',
    ],
    [400, 'NaN', csv, row.replace(/[^,]*$/, 'NaN'), `row 1, column ${FEATURES.length} (${FEATURES.at(-1)})`],
    [
      400,
      'a column too many',
      csv,
      `${row},1`,
      `row 1 has ${FEATURES.length + 1} columns; ${FEATURES.length} are expected`,
    ],
    [400, 'a column too few', csv, '1,2', `row 1 has 2 columns; ${FEATURES.length} are expected`],
    [400, 'no body', csv, '', 'the body has no rows'],
    [400, 'another schema', { ...csv, [ATTRIBUTES]: 'schema=9' }, CSV, 'schema 9; this model takes schema 1'],
    [400, 'no JSON', json, '{"instances":', 'not JSON'],
    [400, 'other JSON', json, '[]', 'expected object'],
    [400, 'instances of another kind', json, '{"instances":7}', 'instances: '],
    [400, 'no instances', json, '{"instances":[]}', 'no rows'],
    [
      400,
      'a null among features',
      json,
      JSON_BODY.replace('0,', 'null,'),
      'row 1, column 1 (novelty): expected number',
    ],
    [400, 'too few features', json, '{"instances":[{"features":[1]}]}', 'row 1: '],
    [400, '1e999', json, `{"instances":[{"features":[${row.replace(/^[^,]*/, '1e999')}]}]}`, 'row 1, column 1'],
    [415, 'another type', { 'content-type': 'application/x-npy' }, CSV, 'text/csv or application/json'],
    [415, 'no type', { 'content-type': '' }, CSV, 'text/csv or application/json'],
    [406, 'nothing it can answer', { ...csv, accept: 'image/png' }, CSV, 'answers are text/csv or application/json'],
  ])('answers %d to %s', async (status, _, headers, body, message) => {
    const answer = await post(body, headers);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([status, expect.stringContaining(JSON.stringify(message).slice(1, -1))]);
  });

  it('answers 404 elsewhere', async () => {
    const answer = await fetch(`${server.url}/models?secret=1`);
    expect([answer.status, await answer.json()]).toEqual([404, { message: 'there is nothing at GET /models' }]);
  });

  it('answers 413 to a body that is too large, with and without its length', async () => {
    await server.close();
    server = await start({ bodyBytesMax: 1_000 });
    expect((await post(CSV.repeat(10), csv)).status).toBe(413);
    const chunked = new Blob([CSV.repeat(10)]).stream();
    const answer = await fetch(`${server.url}/invocations`, {
      method: 'POST',
      headers: csv,
      body: chunked,
      duplex: 'half',
    } as RequestInit);
    expect(answer.status).toBe(413);
  });

  it('answers 503 to more calls than it takes at a time, and works on', async () => {
    await server.close();
    server = await start({ concurrencyMax: 2 });
    const unfinished = Array.from({ length: 2 }, () => unfinishedPost());
    await Promise.all(unfinished.map(({ arrived }) => arrived));
    const refused = await until(async () => {
      const answer = await post(CSV, csv);
      return answer.status === 503 ? answer : undefined;
    });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${server.url}/ping`)).status).toBe(200);
    for (const { finish, answer } of unfinished) {
      finish();
      expect((await answer).status).toBe(200);
    }
    await until(async () => ((await post(CSV, csv)).status === 200 ? true : undefined));
  });

  it('finishes the call in hand when it is closed, and takes no new one', async () => {
    const call = unfinishedPost();
    await call.arrived;
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    await until(
      async () =>
        (await fetch(`${server.url}/ping`).then(
          ({ status }) => status !== 200,
          () => true,
        )) || undefined,
    );
    expect(closed).toBe(false);
    call.finish();
    expect((await call.answer).status).toBe(200);
    await closing;
  });

  it('answers 500 without telling why when the model fails, and writes why to its log', async () => {
    await server.close();
    const model: Model = {
      version: 'broken',
      score: () => {
        throw new Error('a defect');
      },
    };
    server = await startModelServer({ model: () => model, port: 0, host: '127.0.0.1' });
    const log = jest.spyOn(console, 'error').mockImplementation(() => {});
    const answer = await post(CSV, csv);
    expect([answer.status, await answer.json()]).toEqual([500, { message: 'the model failed' }]);
    expect(log.mock.calls[0]![0]).toContain('a defect');
    log.mockRestore();
  });
});

function start(options: Partial<ModelServerOptions>): Promise<ModelServer> {
  return startModelServer({ model: () => builtInModel, port: 0, host: '127.0.0.1', ...options });
}

function post(body: string, headers: Record<string, string>, path = '/invocations'): Promise<Response> {
  return fetch(server.url + path, { method: 'POST', headers, body: Buffer.from(body) });
}

/** A call of which the server has the head and half the body. */
function unfinishedPost() {
  const half = Math.floor(CSV.length / 2);
  const call = request(`${server.url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', expect: '100-continue' },
  });
  call.flushHeaders();
  const answer = new Promise<{ status: number }>((resolve, reject) => {
    call.once('response', (response) => resolve({ status: response.resume().statusCode! }));
    call.once('error', reject);
  });
  const arrived = new Promise<void>((resolve) => {
    call.once('continue', () => {
      call.write(CSV.slice(0, half));
      resolve();
    });
  });
  return { answer, arrived, finish: () => call.end(CSV.slice(half)) };
}

async function until<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    await new Promise((soon) => setTimeout(soon, 5));
  }
}
