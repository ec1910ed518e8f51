import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planBatch, quarantineObject } from '../../../lambdas/detect-anomalies/plan-batch';
import { openQuarantineFolder } from '../../../shared/adapters/embedded/quarantine-folder';
import { type FakeKinesis, startFakeKinesis, TAKEN } from '../../../shared/adapters/kinesis/testing/fake-kinesis';
import { createS3Place } from '../../../shared/adapters/s3/s3-place';
import { createS3Quarantine } from '../../../shared/adapters/s3/s3-quarantine';
import { type FakeS3, startFakeS3 } from '../../../shared/adapters/s3/testing/fake-s3';
import { SettingsSchema } from '../../../shared/domain/settings';
import { decodeBody } from '../../../shared/runtime/body';
import type { StreamRecord } from '../../../shared/runtime/kinesis';
import { ARRIVAL, streamRecord, wirePoint } from '../../../test/factories/records';
import { PartitionedLog } from '../../local/stream/log/partitioned-log';
import { toFailureRecord } from '../../local/stream/mapping/failure-record';
import { folderDestination } from '../../local/stream/mapping/folder-destination';
import { bodies, readAll } from '../../local/stream/testing/logs';
import { listLines } from './list';
import { withSetAside } from './place';
import { type RedriveFlags, redrive } from './redrive';
import { showLines } from './show';

const root = mkdtempSync(path.join(tmpdir(), 'quarantine-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
let said = '';
beforeEach(() => {
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const NOW = ARRIVAL + 3_600_000;
const strict = SettingsSchema.parse({ version: 1, defaults: { allowedAgeMs: 60_000 } });
/** What detection sets aside of records. */
const quarantinedOf = (...records: StreamRecord[]) =>
  planBatch(records, strict).quarantined.map(({ object }) => object);
const OLD = wirePoint({ source: 'pump-18', timestamp: ARRIVAL - 3_600_000 });
const MIXED = streamRecord([wirePoint(), OLD, { source: 'pump-19', timestamp: ARRIVAL, metrics: { flow: 'high' } }], 1);
const POISON = streamRecord('{"source":', 2);

/** A data folder with these objects in quarantine and this batch given up. */
async function folderOf(records: readonly StreamRecord[], failed: readonly StreamRecord[] = []): Promise<string> {
  const data = path.join(root, String(folders++));
  mkdirSync(data);
  await openQuarantineFolder(path.join(data, 'quarantine')).put(quarantinedOf(...records));
  if (failed.length > 0) {
    const stored = failed.map(({ sequence, arrival, body }) => ({
      ...{ sequence, arrivalMs: arrival, partitionKey: decodeBody(body, arrival).points[0]!.point.source, data: body },
    }));
    await folderDestination(path.join(data, 'failed'), 'detect-anomalies').put(
      toFailureRecord({
        ...{
          stream: 'local',
          shard: 'shardId-000000000000',
          records: stored as never,
          condition: 'RetryAttemptsExhausted',
        },
        ...{ functionName: 'detect-anomalies', requestId: 'x', invocations: 3, nowMs: ARRIVAL + 1_000 },
      }),
    );
  }
  return data;
}

const flagsOf = (more: Partial<RedriveFlags>): RedriveFlags => ({ attemptsMax: 3, ...more });
const run = (flags: Partial<RedriveFlags>, now = NOW) =>
  withSetAside(flags, {}, (aside) => redrive(aside, flagsOf(flags), {}, () => now));
const list = (flags: Parameters<typeof listLines>[1] & { data: string }) =>
  withSetAside(flags, {}, async (aside) => (await listLines(aside, flags, NOW)).join('\n'));

/** What is on a folder's log, as detection reads it. */
async function onLog(data: string) {
  const log = await PartitionedLog.open(path.join(data, 'log'));
  const shards = await readAll(log);
  const texts = (await Promise.all(shards.map((shard) => bodies(shard)))).flat();
  await log.close();
  return texts.map((text) => decodeBody(Buffer.from(text), NOW));
}

describe('list and show', () => {
  test('say how much was set aside, for what, and whose it was', async () => {
    const text = await list({ data: await folderOf([MIXED, POISON], [streamRecord(wirePoint(), 9)]) });
    expect(text).toMatch(/1 {2}too-far-in-past {2}timestamp/);
    expect(text).toMatch(/1 {2}invalid-field {4}metrics\.flow/);
    expect(text).toMatch(/2026-11-22 13:00:00 {2}pump-18 .* before its arrival/);
    expect(text).toMatch(/pump-19 {2}metrics\.flow: must be a finite number/);
    expect(text).toMatch(/RetryAttemptsExhausted +1 .* failed\/aws\/lambda\/detect-anomalies/);
  });

  test.each<[says: string, flags: object, found: RegExp, missing: RegExp]>([
    ['by reason', { reason: 'not-json' }, /not-json/, /invalid-field|given up/],
    ['by field', { field: 'metrics.flow' }, /invalid-field/, /not-json/],
    ['by source', { source: 'pump-18' }, /too-far-in-past/, /invalid-field/],
    ['by time', { since: '30m' }, /nothing is in quarantine/, /not-json/],
  ])('%s', async (_, flags, found, missing) => {
    const text = await list({ data: await folderOf([MIXED, POISON]), ...flags });
    expect(text).toMatch(found);
    expect(text).not.toMatch(missing);
  });

  test('one is shown with its body, by the beginning of its id', async () => {
    const [object] = quarantinedOf(POISON);
    const data = await folderOf([MIXED, POISON]);
    const show = (id: string) => withSetAside({ data }, {}, (aside) => showLines(aside, id, NOW));
    expect((await show(object!.id.slice(0, 8))).join('\n')).toMatch(/reason {5}not-json[\s\S]*body:\n\{"source":/);
    await expect(show('no')).rejects.toThrow(/nothing in quarantine begins with no/);
    await expect(show('')).rejects.toThrow(/3 begin with/);
  });

  test('a reason that there is not, and a time that is none, are told', async () => {
    const data = await folderOf([POISON]);
    await expect(list({ data, reason: 'boredom' })).rejects.toThrow(/no reason boredom; there are not-json/);
    await expect(list({ data, since: 'noon' })).rejects.toThrow(/neither a duration/);
    await expect(run({ data, bucket: 'x' })).rejects.toThrow(/exclude each other/);
    await expect(run({ data: path.join(root, 'none') })).rejects.toThrow(/there is no folder/);
  });
});

describe('redrive onto the log of a run that has ended', () => {
  test('says what it would do, and does nothing', async () => {
    const data = await folderOf([MIXED, POISON]);
    expect(await run({ data })).toBe(0);
    expect(said).toMatch(/2 records in quarantine \(.*1 not-json\) → the log in .*: 3 records of 3 sources/);
    expect(said).toMatch(/Nothing was done; add --yes/);
    expect(await list({ data, all: true })).toBe(await list({ data }));
  });

  test('puts the elements that were set aside and no others, by source, and once', async () => {
    const data = await folderOf([MIXED, POISON]);
    expect(await run({ data, yes: true, reason: 'too-far-in-past' })).toBe(0);
    const again = await onLog(data);
    expect(again).toHaveLength(1);
    expect(again[0]).toMatchObject({
      points: [{ index: 1, point: { source: 'pump-18' } }],
      redriven: { attempt: 1, reason: 'too-far-in-past', sequence: '1', arrival: ARRIVAL },
    });
    expect(await run({ data, yes: true, reason: 'too-far-in-past' })).toBe(0);
    expect(said).toMatch(/nothing in quarantine is to be put again/);
    expect(await onLog(data)).toHaveLength(1);
  });

  test('leaves alone what was put again so often, and what was cut', async () => {
    const data = path.join(root, String(folders++));
    mkdirSync(data);
    const [object] = quarantinedOf(POISON);
    const quarantine = openQuarantineFolder(path.join(data, 'quarantine'));
    await quarantine.put([{ ...object!, id: 'cut', truncated: true, sequence: '5' }]);
    expect(await run({ data, yes: true })).toBe(3);
    expect(said).toMatch(/left alone: 1 record, its body was cut/);
  });

  test('goes round no further than it may: what fails again is counted, and left alone in the end', async () => {
    let record = POISON;
    const data = await folderOf([]);
    const quarantine = openQuarantineFolder(path.join(data, 'quarantine'));
    for (let attempt = 0; attempt <= 2; attempt++) {
      const objects = quarantinedOf(record);
      expect(objects.map((object) => object.attempt ?? 0)).toEqual([attempt]);
      await quarantine.put(objects);
      const code = await run({ data, yes: true, attemptsMax: 2 }, NOW + 1_000 * attempt + 1);
      expect(code).toBe(attempt === 2 ? 3 : 0);
      const log = await PartitionedLog.open(path.join(data, 'log'));
      const texts = (await Promise.all((await readAll(log)).map((shard) => bodies(shard)))).flat();
      await log.close();
      record = streamRecord(texts.at(-1)!, 10 + attempt, { arrival: NOW + 1_000 * attempt });
    }
    expect(said).toMatch(/left alone: 1 record, put again 2 times already/);
  });

  test('batches that were given up go whole, and once', async () => {
    const given = [streamRecord(wirePoint(), 7), streamRecord([wirePoint({ timestamp: ARRIVAL + 1 }), OLD], 8)];
    const data = await folderOf([], given);
    expect(await run({ data, failed: true, yes: true })).toBe(0);
    const again = await onLog(data);
    expect(again.flatMap(({ points }) => points)).toHaveLength(3);
    for (const { redriven } of again) expect(redriven).toMatchObject({ reason: 'given-up', attempt: 1 });
    await run({ data, failed: true, yes: true });
    expect(said).toMatch(/nothing of batches that were given up is to be put again/);
  });

  test('of a batch of which one source was put, the rest is put later, and nothing twice', async () => {
    const given = [1, 2, 3].map((i) => streamRecord(wirePoint({ source: `pump-${i % 2}` }), i));
    const data = await folderOf([], given);
    const sourcesOnLog = async () =>
      (await onLog(data)).flatMap(({ points }) => points.map(({ point }) => point.source)).sort();
    expect(await run({ data, failed: true, yes: true, source: 'pump-0' })).toBe(0);
    expect(await sourcesOnLog()).toEqual(['pump-0']);
    expect(await list({ data })).toMatch(/RetryAttemptsExhausted +2 +failed/);
    expect(await list({ data, all: true })).toMatch(/RetryAttemptsExhausted +3 {2}1 redriven/);
    expect(await run({ data, failed: true, yes: true })).toBe(0);
    expect(await sourcesOnLog()).toEqual(['pump-0', 'pump-1', 'pump-1']);
    expect(await list({ data })).toMatch(/no batches were given up/);
    said = '';
    await run({ data, failed: true, yes: true });
    expect(said).toMatch(/nothing of batches that were given up is to be put again/);
  });

  test('of a batch of which one record was put again too often, that one alone is left alone, and is not said to be put', async () => {
    const mark = {
      attempt: 2,
      reason: 'given-up',
      stream: 'local',
      shard: 'a',
      sequence: '1',
      arrival: ARRIVAL,
    } as const;
    const often = { redriven: mark, body: Buffer.from(JSON.stringify(wirePoint())).toString('base64') };
    const data = await folderOf([], [streamRecord(wirePoint({ source: 'pump-18' }), 1), streamRecord(often, 2)]);
    expect(await run({ data, failed: true, yes: true, attemptsMax: 2 })).toBe(3);
    expect(said).toMatch(/left alone: 1 record, put again 2 times already/);
    expect(await run({ data, failed: true, yes: true, attemptsMax: 3 })).toBe(0);
    expect((await onLog(data)).map(({ redriven }) => redriven?.attempt).sort()).toEqual([1, 3]);
  });

  test('batches are not chosen by what is none of theirs', async () => {
    const data = await folderOf([POISON], [streamRecord(wirePoint(), 9)]);
    await expect(run({ data, failed: true, reason: 'not-json' })).rejects.toThrow(
      /--reason and --field are of records/,
    );
    const lines = await list({ data, json: true, reason: 'not-json' });
    expect(lines.split('\n').map((line) => JSON.parse(line).reason)).toEqual(['not-json']);
  });

  test('what the store refused is put as such, also where other elements of its record were set aside for something else', async () => {
    const data = await folderOf([]);
    const others = quarantinedOf(MIXED);
    const refused = { ...others[0]!, id: 'refused', reason: 'not-storable', field: 'metrics.a', index: 0 } as const;
    await openQuarantineFolder(path.join(data, 'quarantine')).put([...others, refused]);
    expect(await run({ data, yes: true })).toBe(0);
    const again = await onLog(data);
    expect(again.map(({ redriven }) => redriven?.reason)).toEqual(['not-storable', 'not-storable', 'not-storable']);
    expect(again.flatMap(({ points }) => points.map(({ point }) => point.source)).sort()).toEqual([
      'pump-17',
      'pump-18',
    ]);
  });

  test('an object that stands for several elements is listed once, found by any of them, and put with all', async () => {
    const data = await folderOf([]);
    const record = streamRecord(
      ['pump-17', 'pump-18', 'pump-19'].map((source) => wirePoint({ source })),
      1,
    );
    const object = quarantineObject(record, { reason: 'over-budget', index: 1, message: '2 points' });
    await openQuarantineFolder(path.join(data, 'quarantine')).put([{ ...object, elements: [1, 2] }]);
    expect(await list({ data, reason: 'over-budget' })).toMatch(/1 {2}over-budget[\s\S]*each of them/);
    expect(await list({ data, source: 'pump-17' })).toMatch(/nothing is in quarantine/);
    expect(await run({ data, source: 'pump-19', yes: true })).toBe(0);
    const again = await onLog(data);
    expect(again.map(({ redriven }) => redriven?.reason)).toEqual(['over-budget', 'over-budget']);
    expect(again.flatMap(({ points }) => points.map(({ point }) => point.source)).sort()).toEqual([
      'pump-18',
      'pump-19',
    ]);
  });

  test('refuses a folder that a run holds, and says what to do', async () => {
    const data = await folderOf([POISON]);
    const log = await PartitionedLog.open(path.join(data, 'log'));
    await expect(run({ data, yes: true })).rejects.toThrow(/name the port of its --http here as well, or end it first/);
    await log.close();
  });
});

describe('redrive from a bucket onto a stream', () => {
  let s3: FakeS3;
  let kinesis: FakeKinesis;
  const environment = () => ({ AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: s3.url });
  beforeEach(async () => {
    s3 = await startFakeS3('aside');
    kinesis = await startFakeKinesis();
    const quarantine = createS3Quarantine({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'aside' });
    await quarantine.put(quarantinedOf(MIXED, POISON));
    quarantine.close();
  });
  afterEach(async () => {
    await s3.close();
    await kinesis.close();
    expect(kinesis.faults).toEqual([]);
  });
  const fromBucket = (flags: Partial<RedriveFlags>) =>
    withSetAside({ bucket: 'aside' }, environment(), (aside) =>
      redrive(
        aside,
        flagsOf({ stream: 'points', ...flags }),
        { ...environment(), AWS_ENDPOINT_URL: kinesis.url },
        () => NOW,
      ),
    );

  test('keyed by source, marked, once', async () => {
    expect(await fromBucket({ yes: true })).toBe(0);
    expect(kinesis.records.map(({ key }) => key).sort()).toEqual(['2', 'pump-18', 'pump-19']);
    expect([...s3.objects.keys()].filter((key) => key.startsWith('redriven/quarantine/2026-11-22/'))).toHaveLength(1);
    await fromBucket({ yes: true });
    expect(kinesis.records).toHaveLength(3);
  });

  test('what the stream does not take is not marked, and told', async () => {
    kinesis.fate = () => ({ error: 'ResourceNotFoundException', status: 400, message: 'no such stream' });
    await expect(fromBucket({ yes: true })).rejects.toThrow(/no such stream/);
    expect([...s3.objects.keys()].filter((key) => key.startsWith('redriven/'))).toEqual([]);
  });

  test('what the stream takes is marked although it refuses other records', async () => {
    kinesis.fate = () => ({
      entries: ({ key }) => (key === 'pump-19' ? { code: 'AccessDeniedException', message: 'not that one' } : 'taken'),
    });
    await expect(fromBucket({ yes: true })).rejects.toThrow(/not that one/);
    expect(kinesis.records.map(({ key }) => key).sort()).toEqual(['2', 'pump-18']);
    kinesis.fate = () => TAKEN;
    await fromBucket({ yes: true });
    // The record of pump-18 and pump-19 is put whole; the other one was put already.
    expect(kinesis.records.map(({ key }) => key).sort()).toEqual(['2', 'pump-18', 'pump-18', 'pump-19']);
  });

  test('needs the stream’s name', async () => {
    await expect(
      withSetAside({ bucket: 'aside' }, environment(), (aside) => redrive(aside, flagsOf({}), {}, () => NOW)),
    ).rejects.toThrow(/--stream must name/);
  });

  test('batches of Lambda lie in the same bucket', async () => {
    const place = createS3Place({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'aside' });
    const name = 'aws/lambda/uuid/shardId-000000000000/2026/11/22/2026-11-22T13.10.00-uuid';
    const { payload, ...rest } = toFailureRecord({
      ...{
        stream: 'arn',
        shard: 'shardId-000000000000',
        condition: 'RecordAgeExceeded',
        functionName: 'f',
        requestId: 'x',
      },
      ...{ invocations: 1, nowMs: ARRIVAL },
      records: [{ sequence: '1', arrivalMs: ARRIVAL, partitionKey: 'pump-17', data: MIXED.body }] as never,
    });
    await place.put(name, JSON.stringify({ ...rest, payload }));
    place.close();
    expect(await fromBucket({ failed: true, yes: true })).toBe(0);
    expect(said).toMatch(/1 RecordAgeExceeded/);
    expect([...s3.objects.keys()].filter((key) => key.startsWith(`redriven/${name}/`))).toHaveLength(1);
    expect(kinesis.records.map(({ key }) => key).sort()).toEqual(['pump-17', 'pump-18', 'pump-19']);
  });
});
