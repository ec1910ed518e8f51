import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PriorError, readPrior } from '../../../shared/adapters/files/prior-file';
import { type FakeS3, startFakeS3 } from '../../../shared/adapters/s3/testing/fake-s3';
import type { StreamRecord } from '../../../shared/runtime/kinesis';
import { writeArchive } from '../../../test/factories/archived';
import { streamRecord } from '../../../test/factories/records';
import { runScore } from '../score/run-score';
import { type PriorOptions, runPrior } from './run-prior';

const folder = mkdtempSync(path.join(tmpdir(), 'prior-'));
const file = (name: string) => path.join(folder, name);
const at = (row: number) => new Date(Date.UTC(2026, 0, 5) + row * 900_000).toISOString();
const level = (machine: number, row: number) =>
  60 + machine + 8 * Math.sin(row / 15) + ((row * 7919 + machine) % 13) / 6;
const RULES = { timeZone: 'UTC', pointsMax: 1_000_000, seriesMax: 1_000, seed: 1 };

beforeAll(async () => {
  const past = Array.from({ length: 400 }, (_, row) =>
    [0, 1, 2, 3].map((machine) => `${at(row)},m${machine},${level(machine, row)}`),
  ).flat();
  writeFileSync(file('past.csv'), `timestamp,source,level\n${past.join('\n')}\n`);
  const young = Array.from({ length: 40 }, (_, row) => `${at(row)},m9,${level(2, row + 5) + (row === 24 ? 15 : 0)}`);
  writeFileSync(file('young.csv'), `timestamp,source,level\n${young.join('\n')}\n`);
  expect(
    await runPrior({ ...RULES, input: file('past.csv'), output: file('prior.json'), name: 'past', quiet: true }),
  ).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The same rows as they lie in an archive: objects of an hour each, in any order, and some records once more. */
function archived(): StreamRecord[][] {
  const record = (row: number, machine: number) => {
    const arrival = Date.parse(at(row));
    const point = { source: `m${machine}`, timestamp: arrival, metrics: { level: level(machine, row) } };
    return streamRecord(point, 4 * row + machine + 1, { arrival });
  };
  const hours = Array.from({ length: 100 }, (_, hour) =>
    [0, 1, 2, 3].flatMap((quarter) => [0, 1, 2, 3].map((machine) => record(4 * hour + quarter, machine))),
  );
  return [...hours.map((records) => records.slice(5, 7)), ...hours.reverse()];
}

describe('the archive of a deployment', () => {
  const learnt = async (more: Partial<PriorOptions>) => {
    const output = file('fleet-prior.json');
    const exit = await runPrior({ ...RULES, output, name: 'past', quiet: true, ...more });
    return { exit, text: readFileSync(output, 'utf8') };
  };
  let s3: FakeS3;
  const variables = { ...process.env };
  beforeAll(async () => {
    s3 = await startFakeS3('archive');
    writeArchive(file('copy'), archived());
    const aws = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'eu-central-1' };
    Object.assign(process.env, { ...aws, AWS_ENDPOINT_URL: s3.url });
    for (const name of readdirSync(file('copy'), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.gz')) s3.packed.set(name, readFileSync(path.join(file('copy'), name)));
  });
  afterAll(async () => {
    process.env = variables;
    await s3.close();
  });

  it.each([
    ['in a folder', () => file('copy')],
    ['in its bucket', () => 's3://archive'],
    ['in its bucket, below a prefix', () => 's3://archive/points'],
  ])('%s gives the same prior as its rows, to the byte, whatever came twice', async (_, place) => {
    const { exit, text } = await learnt({ archive: place() });
    expect([exit, text]).toEqual([0, readFileSync(file('prior.json'), 'utf8')]);
  });

  it.each([
    ['a folder', () => file('copy')],
    ['a bucket', () => 's3://archive'],
  ])('is read of some time alone, in %s', async (_, place) => {
    const from = Date.parse(at(60));
    const { text } = await learnt({ archive: place(), from });
    const rows = Array.from({ length: 340 }, (_, i) => i + 60).flatMap((row) =>
      [0, 1, 2, 3].map((machine) => `${at(row)},m${machine},${level(machine, row)}`),
    );
    writeFileSync(file('some.csv'), `timestamp,source,level\n${rows.join('\n')}\n`);
    expect(text).toBe((await learnt({ input: file('some.csv') })).text);
  });

  it('with a file that is no part of it is read otherwise, and says so by its exit code', async () => {
    writeFileSync(path.join(file('copy'), 'points', 'strange.ndjson'), 'strange\n');
    const { exit, text } = await learnt({ archive: file('copy') });
    expect([exit, text]).toEqual([3, readFileSync(file('prior.json'), 'utf8')]);
  });

  it('is judged by the settings that hold live', async () => {
    const document = { version: 1, defaults: { counters: ['level'] } };
    writeFileSync(file('settings.json'), JSON.stringify(document));
    const { text } = await learnt({ archive: 's3://archive', settings: file('settings.json') });
    expect(JSON.parse(text).metrics).toEqual({});
  });
});

it('learns from no more series than it may, and says from how many of the sources', async () => {
  const told = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exit = await runPrior({
    ...RULES,
    ...{ input: file('past.csv'), output: file('few.json'), name: 'few', seriesMax: 3 },
  });
  const words = told.mock.calls.join('');
  told.mockRestore();
  expect(exit).toBe(0);
  expect(words).toMatch(/, from 1 of \d+ sources: there are more than --points-max and --series-max allow\n$/);
});

it.each<[string, Partial<PriorOptions>, RegExp]>([
  ['neither a file nor an archive', {}, /give either --input FILE or --archive PLACE/],
  ['both', { input: 'a.csv', archive: 's3://archive' }, /give either --input FILE or --archive PLACE/],
  ['a time of a file', { input: 'a.csv', from: 0 }, /--from and --to are for an --archive/],
  ['settings that are not there', { input: 'a.csv', settings: 'nowhere.json' }, /nowhere.json cannot be read: ENOENT/],
])('refuses %s', async (_, more, message) => {
  await expect(runPrior({ ...RULES, output: file('none.json'), name: 'none', ...more })).rejects.toThrow(message);
});

it('writes what like series lend', async () => {
  const { name, metrics } = JSON.parse(readFileSync(file('prior.json'), 'utf8'));
  expect(name).toBe('past');
  expect(metrics.level.series).toBe(4);
  expect([...(await readPrior(file('prior.json'))).beginnings.keys()]).toEqual(['level']);
});

it('lets a young series be judged by others', async () => {
  const scored = async (more: { prior?: string }) => {
    const given = {
      input: file('young.csv'),
      output: file('scores.csv'),
      timeZone: 'UTC',
      threshold: 0.5,
      quiet: true,
    };
    await runScore({ ...given, ...more });
    return Number(readFileSync(file('scores.csv'), 'utf8').split('\n')[25]!.split(',')[4]);
  };
  expect(await scored({ prior: file('prior.json') })).toBeGreaterThan(0.5);
  expect(await scored({ prior: file('prior.json') })).toBeGreaterThan(await scored({}));
});

it.each([
  ['missing', 'nowhere.json', /no such file/],
  ['not JSON', 'past.csv', /no prior/],
])('refuses a file that is %s', async (_, name, message) => {
  await expect(readPrior(file(name))).rejects.toThrow(PriorError);
  await expect(readPrior(file(name))).rejects.toThrow(message);
});
