import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataInput, ReadItem } from '../../../shared/adapters/files/data-input';
import {
  type CallFate,
  type FakeKinesis,
  startFakeKinesis,
  TAKEN,
} from '../../../shared/adapters/kinesis/testing/fake-kinesis';
import { decodeBody } from '../../../shared/runtime/body';
import { runSend, type SendOptions } from './run-send';
import { sendInput } from './send-input';

const folder = mkdtempSync(path.join(tmpdir(), 'send-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the command send', () => {
  let kinesis: FakeKinesis;
  let said = '';
  beforeEach(async () => {
    kinesis = await startFakeKinesis();
    said = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await kinesis.close();
    expect(kinesis.faults).toEqual([]);
  });

  const send = (text: string, options: Partial<SendOptions> = {}, environment: NodeJS.ProcessEnv = {}) => {
    const input = path.join(folder, 'input.csv');
    writeFileSync(input, text);
    const all = { input, stream: 'points', endpointUrl: kinesis.url, pointsPerRecord: 2, timeZone: 'UTC', ...options };
    return runSend(all, environment);
  };
  const points = () =>
    kinesis.records
      .flatMap(({ text }) => decodeBody(Buffer.from(text)).points)
      .map(({ point }) => [point.source, { ...point.metrics }]);

  const FLEET =
    'timestamp,source,value\n2026-11-22T13:00:00Z,a,1\n2026-11-22T13:00:00Z,b,2\n2026-11-22T13:01:00Z,a,3\n2026-11-22T13:02:00Z,a,4\n';

  it('puts every row under its source, in order, and says how many', async () => {
    expect(await send(FLEET)).toBe(0);
    expect(kinesis.records.map(({ key }) => key).sort()).toEqual(['a', 'a', 'b']);
    expect(kinesis.records.filter(({ key }) => key === 'b')).toHaveLength(1);
    expect(points().filter(([source]) => source === 'a')).toEqual([1, 3, 4].map((value) => ['a', { value }]));
    expect(said).toMatch(/^4 points on stream points in [\d.]+ s/);
  });

  it('says what could not be read and sends the rest', async () => {
    expect(
      await send('timestamp,value\n2026-11-22T13:00:00Z,1\nnoon,2\n2026-11-22T13:02:00Z,3\n', { quiet: true }),
    ).toBe(3);
    expect(points()).toEqual([
      ['input', { value: 1 }],
      ['input', { value: 3 }],
    ]);
    expect(said).toMatch(/^1 row could not be read:\n {2}line 3, "timestamp": /);
  });

  it('finds the endpoint and the region in the environment', async () => {
    const input = path.join(folder, 'input.csv');
    writeFileSync(input, FLEET);
    const environment = {
      AWS_ENDPOINT_URL: kinesis.url,
      AWS_ENDPOINT_URL_KINESIS: '',
      AWS_DEFAULT_REGION: 'eu-west-3',
    };
    expect(
      await runSend({ input, stream: 'points', pointsPerRecord: 1, timeZone: 'UTC', quiet: true }, environment),
    ).toBe(0);
    expect(kinesis.records).toHaveLength(4);
    expect(kinesis.headers[0]!.authorization).toContain('/eu-west-3/kinesis/');
    expect(said).toBe('');
  });

  it('ends when the stream says no, and tells from where on rows may be missing', async () => {
    const fate: CallFate = { error: 'ResourceNotFoundException', status: 400, message: 'Stream points not found' };
    kinesis.fate = () => fate;
    await expect(send(FLEET)).rejects.toThrow(
      /^3 of 3 records were not put: stream points: ResourceNotFoundException: Stream points not found\nrows before line 2 are on the stream/,
    );
    expect(said).toMatch(/^0 points on stream points/);
  });

  it('goes on after a fault that passes', async () => {
    kinesis.fate = (call) => (call === 0 ? { error: 'InternalFailure', status: 500 } : TAKEN);
    expect(await send(FLEET)).toBe(0);
    expect(kinesis.records).toHaveLength(3);
  });
});

describe('a file on its way', () => {
  const batch = (line: number): ReadItem[] => [
    { kind: 'point', line, point: { source: 'a', timestamp: line, metrics: { v: 1 }, tags: {} } },
    { kind: 'point', line: line + 1, point: { source: 'a', timestamp: line + 1, metrics: { v: 1 }, tags: {} } },
  ];
  const input = (batches: number, onRead: (n: number) => void = () => {}): DataInput =>
    ({
      async *batches() {
        for (let n = 0; n < batches; n++) {
          onRead(n);
          yield batch(2 + 2 * n);
        }
      },
    }) as Partial<DataInput> as DataInput;

  it('is read no further than four puts ahead', async () => {
    const waiting: (() => void)[] = [];
    let read = 0;
    const sending = sendInput(
      input(20, (n) => {
        read = n + 1;
      }),
      () => new Promise<void>((resolve) => waiting.push(resolve)),
      new AbortController().signal,
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect([read, waiting.length]).toEqual([4, 4]);
    const release = setInterval(() => waiting.shift()?.(), 0);
    expect((await sending).sent).toBe(40);
    clearInterval(release);
  });

  it('ends at the first failure and names the earliest line of all', async () => {
    let n = 0;
    let fail = () => {};
    const failed = new Promise<void>((resolve) => {
      fail = resolve;
    });
    const tally = await sendInput(
      input(20),
      async () => {
        const mine = n++;
        // The third is the first to fail.
        if (mine === 2) fail();
        else await failed.then(() => new Promise(setImmediate));
        if (mine === 1 || mine === 2) throw new Error(`batch ${mine}`);
      },
      new AbortController().signal,
    );
    expect(tally.failure).toMatchObject({ line: 4, error: { message: 'batch 1' } });
    expect(n).toBeLessThan(7);
  });

  it('ends when told to, and says where', async () => {
    const stop = new AbortController();
    const tally = await sendInput(
      input(20, (n) => {
        if (n === 5) stop.abort();
      }),
      async () => {},
      stop.signal,
    );
    expect(tally).toMatchObject({ sent: 10, stoppedAt: 12 });
  });
});
