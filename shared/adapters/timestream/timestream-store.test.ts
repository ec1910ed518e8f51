import { inspect } from 'node:util';
import { type DegradedRows, type PointStore, type RowsRefused, TransientFault } from '../../detection/ports';
import { describeDegradedRows } from '../contracts/degraded-rows.contract';
import { describePointStore, event, point } from '../contracts/point-store.contract';
import { createTimestreamFake, Refusal } from './timestream.fake';
import { TIMESTAMP_MS } from './timestream-records';
import { createTimestreamStore } from './timestream-store';

const SECRET = 's3cr3t-of-nobody';
const fake = createTimestreamFake();
beforeAll(() => fake.start());
afterAll(() => fake.stop());

const open = (database: string, timeoutMs = 15_000): PointStore & DegradedRows => {
  fake.createTables(database);
  return createTimestreamStore({
    region: 'eu-west-1',
    database,
    timeoutMs,
    attemptTimeoutMs: timeoutMs / 5,
    credentials: { accessKeyId: 'local', secretAccessKey: SECRET },
    requestHandler: fake.requestHandler(),
  });
};

describePointStore('Timestream (a strict fake)', {
  make: (scope) => open(scope),
  differs: { keepsFirst: true, timestamps: [TIMESTAMP_MS.min, TIMESTAMP_MS.max] },
});

let keepers = 0;
describeDegradedRows('Timestream (a strict fake)', async () => open(`degraded-${keepers++}`));

describe('the Timestream store', () => {
  let store: PointStore;
  let scope = 0;
  beforeEach(() => {
    fake.calls.length = 0;
    store = open(`own-${scope++}`);
  });
  afterEach(async () => {
    fake.interferes(() => undefined);
    fake.rejects(() => undefined);
    await store.close();
  });
  const rows = (count: number) => Array.from({ length: count }, (_, i) => point({ timestamp: 1e12 + i, value: i }));
  const caught = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error as Error,
    );

  it('asks for an endpoint first, and writes a hundred records a call', async () => {
    await store.writePoints(rows(1_050));
    expect(fake.calls[0]).toMatchObject({
      target: 'DescribeEndpoints',
      host: 'ingest.timestream.eu-west-1.amazonaws.com',
    });
    const writes = fake.calls.filter(({ target }) => target === 'WriteRecords');
    expect(writes.map(({ records }) => records).sort((a, b) => b - a)).toEqual([...Array(10).fill(100), 50]);
  });

  it('lets a higher revision go before, and a row on time before a late one', async () => {
    const written = [
      { value: 1, late: true },
      { value: 2 },
      { value: 3, late: true },
      { value: 4, revision: 1 },
      { value: 5 },
      { value: 6, revision: 1, late: true },
    ];
    for (const row of written) await store.writePoints([point(row)]);
    expect((await store.readPoints(point({}))).map(({ value }) => value)).toEqual([4]);
  });

  it('sends one of several rows of an identity in one call', async () => {
    const [late, revised] = [point({ value: 2, late: true }), point({ value: 3, revision: 1 })];
    await store.writePoints([point({}), late, revised, point({ value: 4 })]);
    expect(await store.readPoints(point({}))).toEqual([revised]);
  });

  it('names the rows that are rejected for good, and keeps the others', async () => {
    fake.rejects(({ Time }) =>
      Number(Time) % 100 === 7 ? 'The record timestamp is outside the time range' : undefined,
    );
    const error = (await caught(store.writePoints(rows(300)))) as RowsRefused;
    expect(error.refused.map(({ row }) => (row as { value: number }).value)).toEqual([7, 107, 207]);
    expect(error.refused[0]!.reason).toMatch(/outside the time range/);
    fake.rejects(() => undefined);
    expect(await store.readPoints(point({}))).toHaveLength(297);
  });

  it.each<[string, Refusal | 'break' | 'hang', number]>([
    ['is throttled', new Refusal('ThrottlingException', 'slow down'), 3],
    ['fails', new Refusal('InternalServerException', 'oops', 500), 3],
    ['breaks', 'break', 3],
    ['gets no answer', 'hang', 2],
  ])('tries again when a call %s', async (_, how, attempts) => {
    fake.interferes((target, count) => (target === 'WriteRecords' && count < attempts ? how : undefined));
    await store.writePoints([point({})]);
    expect(await store.readPoints(point({}))).toHaveLength(1);
  });

  it.each<[string, Refusal | 'hang' | 'break']>([
    ['throttled', new Refusal('ThrottlingException', 'slow down')],
    ['failing', new Refusal('InternalServerException', 'oops', 500)],
    ['broken', 'break'],
    ['hanging', 'hang'],
  ])('rejects with a transient fault that holds no secret when calls keep %s', async (_, how) => {
    const brief = open(`own-${scope++}`, 500);
    fake.interferes((target) => (target === 'DescribeEndpoints' ? undefined : how));
    for (const error of [await caught(brief.writePoints([point({})])), await caught(brief.readPoints(point({})))]) {
      expect(error).toBeInstanceOf(TransientFault);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    }
    await brief.close();
  });

  it('calls a missing table a defect by its name', async () => {
    const lost = createTimestreamStore({
      region: 'eu-west-1',
      database: 'nowhere',
      credentials: { accessKeyId: 'local', secretAccessKey: SECRET },
      requestHandler: fake.requestHandler(),
    });
    const error = await caught(lost.writePoints([point({})]));
    expect(error).not.toBeInstanceOf(TransientFault);
    expect(error!.message).toMatch(/ResourceNotFoundException.*points does not exist/);
    await lost.close();
  });

  it('keeps an event that is longer than a measure, and refuses a row that is', async () => {
    const tags = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`tag-${i}`, '🌊'.repeat(120)]));
    const long = event('long', { tags });
    await store.writeAnomalies([long]);
    expect(await store.readAnomalies({})).toEqual([long]);
    const features = Array.from({ length: 200 }, (_, i) => i + 0.123456789012);
    const error = (await caught(store.writePoints([point({ features })]))) as RowsRefused;
    expect(error.refused[0]!.reason).toMatch(/^features: more than 2048 bytes/);
  });
});
