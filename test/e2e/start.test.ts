import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { openDuckDbStore } from '../../shared/adapters/embedded/duckdb-store';
import { FAMILIES } from '../../shared/detection/built-in-model';
import { bundlePrograms, type Programs, type Running } from './programs';

/** `tidewatch start` as users run it, from the outside. */

let programs: Programs;
const folder = mkdtempSync(path.join(tmpdir(), 'start-'));
const at = (name: string) => path.join(folder, name);

beforeAll(() => {
  programs = bundlePrograms();
});

afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function anomaliesIn(data: string) {
  const store = await openDuckDbStore(at(`${data}/store.duckdb`));
  const anomalies = await store.readAnomalies({});
  await store.close();
  return anomalies;
}

/** A real series with a date a row: the S&P 500 index from 2000 on. */
const SP500 = path.join(__dirname, '../../node_modules/vega-datasets/data/sp500-2000.csv');

describe('start --input', () => {
  test('takes a real series through the live path and tells what it found and where it is', async () => {
    const rows = readFileSync(SP500, 'utf8').trim().split('\n').length - 1;
    const run = programs.start(['start', '--input', SP500, '--data', at('sp500')]);
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(new RegExp(`${rows.toLocaleString('en-US')} points read`));
    expect(run.out()).toMatch(/nothing rejected/);
    expect(run.out()).toMatch(/sp500-2000 close/);
    expect(run.out()).toContain(at('sp500'));
    const store = await openDuckDbStore(at('sp500/store.duckdb'));
    const stored = await store.readPoints({ source: 'sp500-2000', metric: 'close' });
    const anomalies = await store.readAnomalies({});
    await store.close();
    expect(stored).toHaveLength(rows);
    expect(stored.every(({ degraded, late }) => !degraded && !late)).toBe(true);
    expect(anomalies.length).toBeGreaterThan(0);
  });

  test('scores as `score` does, to the bit', async () => {
    const scored = programs.start(['score', '--input', SP500, '--output', at('scores.csv'), '--quiet']);
    expect(await scored.ended).toBe(0);
    const [header, ...lines] = readFileSync(at('scores.csv'), 'utf8').trim().split('\n');
    const column = header!.split(',').indexOf('close_anomaly_score');
    const store = await openDuckDbStore(at('sp500/store.duckdb'));
    const stored = await store.readPoints({ source: 'sp500-2000', metric: 'close' });
    await store.close();
    expect(column).toBeGreaterThan(0);
    expect(lines.map((line) => Number(line.split(',')[column]))).toEqual(
      stored.map(({ anomalyScore }) => anomalyScore),
    );
  });

  test('tries a challenger beside the live model, and counts what its alarms came to', async () => {
    mkdirSync(at('tried/models'), { recursive: true });
    const weights = Object.fromEntries(FAMILIES.map((family) => [family, 30]));
    const model = {
      format: 'tidewatch-weighted-model',
      formatVersion: 1,
      schema: 1,
      version: 'weighted-loud',
      weights,
    };
    writeFileSync(at('tried/models/challenger.json'), JSON.stringify({ run: 'run-1', since: 0, model }));
    const run = programs.start(['start', '--input', SP500, '--data', at('tried')]);
    expect(await run.ended).toBe(0);
    const { runs } = JSON.parse(readFileSync(at('tried/models/shadow.json'), 'utf8'));
    expect(runs).toEqual([expect.objectContaining({ run: 'run-1', onlyChampion: 0, failed: 0 })]);
    expect(runs[0].vectors).toBeGreaterThan(1_000);
    expect(runs[0].onlyChallenger).toBeGreaterThan(0);
    const [tried, alone] = await Promise.all(['tried', 'sp500'].map(anomaliesIn));
    expect(tried).toEqual(alone);
  });

  test('lends new series what a prior holds, as `score` does', async () => {
    const time = (row: number) => new Date(Date.UTC(2026, 0, 5) + row * 900_000).toISOString();
    const level = (machine: number, row: number) => 60 + machine + 8 * Math.sin(row / 15) + ((row * 7919) % 13) / 6;
    const past = Array.from({ length: 400 }, (_, row) => [0, 1, 2].map((k) => `${time(row)},m${k},${level(k, row)}`));
    writeFileSync(at('past.csv'), `timestamp,source,level\n${past.flat().join('\n')}\n`);
    const young = Array.from({ length: 40 }, (_, row) => `${time(row)},${level(1, row + 5) + (row === 24 ? 15 : 0)}`);
    writeFileSync(at('young.csv'), `timestamp,level\n${young.join('\n')}\n`);
    const ends = async (args: string[]) => programs.start(args).ended;
    expect(await ends(['prior', '--input', at('past.csv'), '--output', at('prior.json')])).toBe(0);
    const stored = async (run: string, more: string[]) => {
      expect(await ends(['start', '--input', at('young.csv'), '--data', at(run), ...more])).toBe(0);
      const store = await openDuckDbStore(at(`${run}/store.duckdb`));
      const rows = await store.readPoints({ source: 'young', metric: 'level' });
      await store.close();
      return rows.map(({ anomalyScore }) => anomalyScore);
    };
    const withPrior = ['--prior', at('prior.json')];
    expect(await ends(['score', '--input', at('young.csv'), '--output', at('young-scores.csv'), ...withPrior])).toBe(0);
    const lines = readFileSync(at('young-scores.csv'), 'utf8').trim().split('\n').slice(1);
    const lent = await stored('lent', withPrior);
    expect(lent).toEqual(lines.map((line) => Number(line.split(',')[2])));
    expect(lent[24]!).toBeGreaterThan((await stored('alone', []))[24]!);
  });

  test('watches no more sources than it may, stores the others, and says so', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => ['a', 'b'].map((name) => `${1_975 + i}-01-01,${name},${i}`));
    writeFileSync(at('two.csv'), `timestamp,source,level\n${rows.flat().join('\n')}\n`);
    const run = programs.start(['start', '--input', at('two.csv'), '--data', at('two'), '--series-max', '1']);
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/50 values of series beyond --series-max/);
    const store = await openDuckDbStore(at('two/store.duckdb'));
    const [a, b] = await Promise.all(['a', 'b'].map((source) => store.readPoints({ source, metric: 'level' })));
    await store.close();
    expect([a!.length, b!.length]).toEqual([50, 50]);
    // Who is first depends on the shard that is read first.
    expect([a, b].map((all) => all!.filter((row) => row.unscored).length).sort()).toEqual([0, 50]);
  });

  test('stores no more series than it may, and puts the points of others aside', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${1_975 + i}-01-01,a,${i},${i},${i}`);
    writeFileSync(at('wide.csv'), `timestamp,source,first,second,third\n${rows.join('\n')}\n`);
    const bounds = ['--series-max', '1', '--strangers-max', '1'];
    const run = programs.start(['start', '--input', at('wide.csv'), '--data', at('wide'), ...bounds]);
    expect(await run.ended).toBe(3);
    expect(run.out()).toMatch(/20 points put into quarantine/);
    const store = await openDuckDbStore(at('wide/store.duckdb'));
    const stored = await Promise.all(
      ['first', 'second', 'third'].map((metric) => store.readPoints({ source: 'a', metric })),
    );
    await store.close();
    expect(stored.map((all) => all.length)).toEqual([20, 20, 0]);
    const list = programs.start(['quarantine', 'list', '--data', at('wide')]);
    expect(await list.ended).toBe(0);
    expect(list.out()).toMatch(/over-budget/);
  });

  test('reads gzipped NDJSON from standard input, and names every line it cannot use', async () => {
    const good = (i: number) =>
      JSON.stringify({ source: 'a', timestamp: Date.UTC(2026, 0, 1) + i * 60_000, metrics: { m: i } });
    const lines = [
      good(1),
      '{"source":"a"',
      good(2),
      '{"source":"a","timestamp":"yesterday","metrics":{"m":1}}',
      good(3),
    ];
    writeFileSync(at('mixed.ndjson.gz'), gzipSync(lines.join('\n')));
    const run = programs.start(['start', '--input', at('mixed.ndjson.gz'), '--data', at('mixed')]);
    expect(await run.ended).toBe(3);
    expect(run.out()).toMatch(/3 points read/);
    expect(run.out()).toMatch(/2 rejected/);
    expect(run.out()).toMatch(/line 2: .*JSON/);
    expect(run.out()).toMatch(/line 4: timestamp/);
  });

  test.each([
    ['a file that is not there', ['start', '--input', '/nowhere/at/all.csv'], 1, /nowhere/],
    ['a prior that is none', ['start', '--prior', __filename], 1, /is no prior/],
    ['two ways at once', ['start', '--input', 'x', '--http', '0'], 2, /exclude each other/],
    ['a zone that does not exist', ['start', '--time-zone', 'Mars/Base'], 2, /time zone/],
  ])('refuses %s with a word and a code', async (_, args, code, message) => {
    const run = programs.start(args);
    expect(await run.ended).toBe(code);
    expect(run.err()).toMatch(message);
  });
});

describe('start --http', () => {
  test('killed again and again in mid-batch and started again: no accepted point is lost, none is there twice', async () => {
    const data = at('killed');
    const accepted: number[] = [];
    let next = 0;
    for (let round = 0; round < 3; round++) {
      const { run, url } = await startHttp(data);
      const from = accepted.length;
      // Posts go on until some were accepted; the kill comes while batches are under way.
      while (accepted.length < from + 20 * POST_POINTS) {
        const first = next;
        next += POST_POINTS;
        const answer = await post(url, first).catch(() => undefined);
        if (answer?.status === 202) for (let i = 0; i < POST_POINTS; i++) accepted.push(first + i);
      }
      run.child.kill('SIGKILL');
      await run.ended;
    }
    const { run } = await startHttp(data);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    const store = await openDuckDbStore(path.join(data, 'store.duckdb'));
    const stored = (await Promise.all(SOURCES.map((source) => store.readPoints({ source, metric: 'm' })))).flat();
    await store.close();
    const values = stored.map(({ value }) => value).sort((a, b) => a - b);
    expect(new Set(values).size).toBe(values.length);
    expect(accepted.filter((value) => !values.includes(value))).toEqual([]);
    // Each series was learnt in order: nothing came twice to the engine, or it would be marked late.
    expect(stored.filter(({ late }) => late)).toEqual([]);
  });
});

const POST_POINTS = 200;
const SOURCES = ['a', 'b', 'c', 'd', 'e'];

async function startHttp(data: string): Promise<{ run: Running; url: string }> {
  const run = programs.start(['start', '--http', '0', '--data', data]);
  const out = await run.said((text) => /POST data points to (\S+);/.test(text));
  return { run, url: /POST data points to (\S+);/.exec(out)![1]! };
}

/** Points numbered from `first`: the number is the value and says the time. */
function post(url: string, first: number): Promise<Response> {
  const points = Array.from({ length: POST_POINTS }, (_, i) => ({
    source: SOURCES[(first + i) % SOURCES.length],
    timestamp: Date.UTC(2026, 0, 1) + (first + i) * 1_000,
    metrics: { m: first + i },
  }));
  return fetch(url, { method: 'POST', body: JSON.stringify(points), headers: { 'content-type': 'application/json' } });
}
