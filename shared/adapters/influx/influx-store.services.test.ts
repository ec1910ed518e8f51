import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type PointStore, RowsRefused, TransientFault } from '../../detection/ports';
import { SAMPLE_POINT_ROW } from '../../domain/rows';
import { describeDegradedRows } from '../contracts/degraded-rows.contract';
import { describePointStore, event, point } from '../contracts/point-store.contract';
import { describeScoreHistory } from '../contracts/score-history.contract';
import { type InfluxTarget, influxTarget } from './influx-options';
import { createInfluxStore } from './influx-store';
import { TIMESTAMP_MS } from './time';

const address = process.env['INFLUX_URL'];
if (address === undefined) throw new Error('INFLUX_URL must name an InfluxDB that these tests may write to');
const server = influxTarget('INFLUX_URL', address);

const databases: string[] = [];
const database = async (scope: string) => {
  const name = `tidewatch-test-${scope}`;
  if (!databases.includes(name)) {
    databases.push(name);
    await influxQl(`CREATE DATABASE "${name}"`);
  }
  return name;
};
afterAll(async () => {
  for (const name of databases) await influxQl(`DROP DATABASE "${name}"`);
});

const differs = { replaces: true, timestamps: [TIMESTAMP_MS.min, TIMESTAMP_MS.max] } as const;
describePointStore('InfluxDB 1', {
  make: async (scope) => createInfluxStore({ target: { ...server, database: await database(scope) } }),
  differs,
});

let keepers = 0;
describeDegradedRows('InfluxDB 1', async () => {
  const scope = `degraded-${process.pid}-${Date.now()}-${keepers++}`;
  return createInfluxStore({ target: { ...server, database: await database(scope) } });
});

describeScoreHistory('InfluxDB 1', async () => {
  const scope = `scores-${process.pid}-${Date.now()}-${keepers++}`;
  return createInfluxStore({ target: { ...server, database: await database(scope) } });
});

const front = versionTwoFront();
beforeAll(() => front.start());
afterAll(() => front.stop());
describePointStore('InfluxDB by the API of version 2', {
  make: async (scope) => createInfluxStore({ target: front.target(await database(`v2-${scope}`)) }),
  differs,
});

describe('the InfluxDB store', () => {
  let store: PointStore;
  let target: InfluxTarget;
  let scope = 0;
  beforeEach(async () => {
    target = { ...server, database: await database(`own-${process.pid}-${Date.now()}-${scope++}`) };
    store = createInfluxStore({ target });
  });
  afterEach(() => store.close());

  it('shows people floats, flags and names at clean timestamps', async () => {
    await store.writePoints([point({ value: 71, isAnomaly: true, source: 'C:\\' })]);
    const fields = 'value, is_anomaly, degraded, flags, source';
    const values = await influxQl(`SELECT ${fields} FROM points WHERE source = 'C:\\\\ '`, target.database);
    expect(values).toEqual([['2026-11-22T13:00:00Z', 71, true, null, 8 | 16 | 32 | 256, 'C:\\ ']]);
    const types = await influxQl('SHOW FIELD KEYS FROM points', target.database);
    expect(types).toContainEqual(['value', 'float']);
    expect(await influxQl('SHOW TAG KEYS FROM points', target.database)).toEqual([['metric'], ['source']]);
  });

  it('reads rows as they were written before, and lets a row of today replace one whole', async () => {
    const { timestamp } = SAMPLE_POINT_ROW;
    const line = (minute: number, said: boolean) =>
      `points,source=pump-17,metric=temperature value=1,anomaly_score=0.9,alarm_score=0.8,is_anomaly=${said},degraded=${said},flags=${said ? 192 : 0}i,features="[1]",bar="[0.5,0]",model="mlflow:7",origin="[\\"s\\",\\"0\\",\\"17\\",0,0,4,1]" ${timestamp + 60_000 * minute}000000`;
    await influxQl('', target.database, [line(0, true), line(1, false), line(2, true)].join('\n'));
    await store.writePoints([point({ timestamp: timestamp + 120_000 })]);
    const rows = await store.readPoints(point({}));
    expect(rows.map(({ isAnomaly, degraded, versions }) => [isAnomaly, degraded, versions.model])).toEqual([
      [true, true, 'mlflow:7'],
      [false, false, 'mlflow:7'],
      [false, false, 'built-in-1'],
    ]);
    expect(rows[2]).toEqual(point({ timestamp: timestamp + 120_000 }));
    expect(
      (await createInfluxStore({ target }).readDegraded({ schema: 1, limit: 10 })).map((row) => row.timestamp),
    ).toEqual([timestamp]);
  });

  it('says which rows the server does not take, and keeps the others', async () => {
    await influxQl(`ALTER RETENTION POLICY autogen ON "${target.database}" DURATION 1h SHARD DURATION 1h`);
    const now = Date.now();
    const day = 86_400_000;
    const rows = Array.from({ length: 300 }, (_, i) =>
      point({ timestamp: i % 100 === 7 ? now - day * (i + 7) : now + i, value: i }),
    );
    const error = await store.writePoints(rows).catch((caught: unknown) => caught as RowsRefused);
    expect(error).toBeInstanceOf(RowsRefused);
    const { refused } = error as RowsRefused;
    expect(refused.map(({ row }) => (row as typeof SAMPLE_POINT_ROW).value)).toEqual([7, 107, 207]);
    expect(refused[0]!.reason).toMatch(/beyond retention policy/);
    expect(await store.readPoints(point({}))).toHaveLength(297);
  });

  it('refuses rows of a field that has another type there', async () => {
    await influxQl('', target.database, 'points,source=pump-17,metric=temperature value="text" 1795352400000000000');
    const rows = [point({}), point({ source: 'other' })];
    const error = await store.writePoints(rows).catch((caught: unknown) => caught as RowsRefused);
    expect((error as RowsRefused).refused.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/field type conflict/),
      expect.stringMatching(/field type conflict/),
    ]);
  });

  it('lets a row on time go before a late one, whatever their positions', async () => {
    await store.writePoints([point({ value: 2, sequence: '1', late: true }), point({ value: 1, sequence: '500' })]);
    expect((await store.readPoints(point({}))).map(({ value }) => value)).toEqual([1]);
  });

  it('reads pages whose borders fall within one millisecond', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 30 }, (_, j) =>
        point({ timestamp: SAMPLE_POINT_ROW.timestamp + i, sequence: `${100 - j}`, value: j, late: true }),
      ),
    ).flat();
    await store.writePoints(rows);
    expect((await store.readPoints({ ...point({}), limit: 3 })).map(({ sequence }) => sequence)).toEqual([
      '71',
      '71',
      '71',
    ]);
    const events = Array.from({ length: 50 }, (_, i) => event('same', { source: `pump-${i}`, id: `e${i % 25}` }));
    await store.writeAnomalies(events.map((one, i) => ({ ...one, id: `${one.id}-${i}` })));
    expect(await store.readAnomalies({})).toHaveLength(50);
    expect(await store.readAnomalies({ limit: 7 })).toHaveLength(7);
  });

  it('calls a missing database by its name, and a wrong address transient', async () => {
    const lost = createInfluxStore({ target: { ...target, database: 'nowhere' } });
    await expect(lost.writePoints([point({})])).rejects.toThrow(/404.*database not found: "nowhere"/);
    await expect(lost.readPoints(point({}))).rejects.toThrow(/nowhere/);
    await lost.close();
    const absent = createInfluxStore({ target: { ...target, url: 'http://127.0.0.1:1' }, timeoutMs: 100 });
    await expect(absent.writePoints([point({})])).rejects.toThrow(TransientFault);
    await absent.close();
  });
});

/** Rows of the answer. With lines, writes them instead. */
async function influxQl(q: string, db?: string, lines?: string): Promise<unknown[][]> {
  const path = lines === undefined ? 'query' : 'write';
  const body = lines ?? new URLSearchParams({ q });
  const answer = await fetch(`${server.url}/${path}?${new URLSearchParams({ db: db ?? '' })}`, {
    method: 'POST',
    body,
  });
  if (!answer.ok) throw new Error(await answer.text());
  if (answer.status === 204) return [];
  const { results } = (await answer.json()) as { results: { error?: string; series?: { values: unknown[][] }[] }[] };
  if (results[0]?.error !== undefined) throw new Error(results[0].error);
  return results[0]?.series?.[0]?.values ?? [];
}

/**
 * A server with the write API of version 2, strict about what that API wants, which keeps everything in the real server:
 * a bucket is a database there, as a DBRP mapping makes it.
 */
function versionTwoFront() {
  const TOKEN = 'token-of-tests';
  const ORG = 'acme & sons';
  const front: Server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts);
    const say = (status: number, code: string) =>
      response.writeHead(status).end(JSON.stringify({ code, message: code }));
    const { pathname, searchParams } = new URL(request.url!, 'http://front');
    if (request.headers.authorization !== `Token ${TOKEN}`) return say(401, 'unauthorized');
    if (pathname === '/query') return forward(`/query?db=${searchParams.get('db')}`, body);
    if (pathname !== '/api/v2/write') return say(404, 'path not found');
    if (searchParams.get('org') !== ORG) return say(404, 'organization not found');
    if (!searchParams.get('bucket')?.startsWith('tidewatch-test-')) return say(404, 'bucket not found');
    if (searchParams.get('precision') !== 'ns') return say(400, 'precision');
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    return forward(`/write?db=${searchParams.get('bucket')}&precision=ns`, plain);

    async function forward(path: string, bytes: Buffer) {
      const type = request.headers['content-type']!;
      const answer = await fetch(`${server.url}${path}`, {
        method: 'POST',
        body: bytes,
        headers: { 'content-type': type },
      });
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    }
  });
  return {
    start: () => new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening)),
    stop: () => new Promise((stopped) => front.close(stopped)),
    target: (bucket: string): InfluxTarget => {
      const { port } = front.address() as AddressInfo;
      const query = new URLSearchParams({ org: ORG, bucket });
      return influxTarget('INFLUX_URL', `http://127.0.0.1:${port}/?${query}`, TOKEN);
    },
  };
}
