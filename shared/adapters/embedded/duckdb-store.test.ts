import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { TransientFault } from '../../detection/ports';
import { describeDegradedRows } from '../contracts/degraded-rows.contract';
import { doneThenKilled } from '../contracts/killed-process';
import { describePointStore, event, point } from '../contracts/point-store.contract';
import { describeScoreHistory } from '../contracts/score-history.contract';
import { openDuckDbStore } from './duckdb-store';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-duckdb-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describePointStore('the DuckDB file', { make: (scope) => openDuckDbStore(join(folder, scope, 'store.duckdb')) });
let keepers = 0;
describeDegradedRows('the DuckDB file', () => openDuckDbStore(join(folder, `degraded-${keepers++}`, 'store.duckdb')));
describeScoreHistory('the DuckDB file', () => openDuckDbStore(join(folder, `scores-${keepers++}`, 'store.duckdb')));

describe('the DuckDB file', () => {
  it('shows people each row once, with names and timestamps', async () => {
    const file = join(folder, 'people.duckdb');
    const store = await openDuckDbStore(file);
    await store.writePoints([point({ features: [1, 0.5] }), point({ features: [1, 0.5] })]);
    await store.writeAnomalies([event('a', {}), event('a', {})]);
    await store.close();
    expect(
      await read(file, 'SELECT source, timestamp::VARCHAR, is_anomaly, model, shard, features[2] FROM points'),
    ).toEqual([['pump-17', '2026-11-22 13:00:00', false, 'built-in-1', 'shardId-000000000000', 0.5]]);
    expect(await read(file, 'SELECT timestamp::VARCHAR, severity, why FROM anomalies')).toEqual([
      ['2026-11-22 13:00:00', 'high', '3.1× above the highest in 9 days'],
    ]);
  });

  it('is open again for the next call after a fatal error, with what was durable', async () => {
    const create = jest.spyOn(DuckDBInstance, 'create');
    const store = await openDuckDbStore(join(folder, 'fatal.duckdb'));
    await store.writePoints([point({ value: 1 })]);
    const instance = (await create.mock.results[0]!.value) as DuckDBInstance;
    const other = await instance.connect();
    // What a full disk does: the file cannot take in the log of writes.
    await other.run("SET debug_checkpoint_abort = 'before_header'");
    await expect(other.run('CHECKPOINT')).rejects.toThrow(/FATAL/);
    other.closeSync();
    await expect(store.writePoints([point({ timestamp: 1 })])).rejects.toThrow(TransientFault);
    await store.writePoints([point({ timestamp: 1, value: 2 })]);
    expect((await store.readPoints({ ...point({}) })).map(({ value }) => value)).toEqual([2, 1]);
    await store.close();
    expect(create).toHaveBeenCalledTimes(2);
    jest.restoreAllMocks();
  });

  it('says why it cannot be opened again, as often as it is tried, and works once it can', async () => {
    const create = jest.spyOn(DuckDBInstance, 'create');
    const store = await openDuckDbStore(join(folder, 'fatal-twice.duckdb'));
    const other = await ((await create.mock.results[0]!.value) as DuckDBInstance).connect();
    await other.run("SET debug_checkpoint_abort = 'before_header'");
    await store.writePoints([point({})]);
    await expect(other.run('CHECKPOINT')).rejects.toThrow(/FATAL/);
    other.closeSync();
    create.mockRejectedValueOnce(new Error('No space left on device')).mockRejectedValueOnce(new Error('No space'));
    await expect(store.readAnomalies({})).rejects.toThrow(/invalidated/);
    await expect(store.readAnomalies({})).rejects.toThrow(/cannot be opened as a store: No space left on device/);
    await expect(store.readAnomalies({})).rejects.toThrow(TransientFault);
    expect(await store.readPoints(point({}))).toHaveLength(1);
    await store.close();
    jest.restoreAllMocks();
  });

  it('has on disk what a killed process had written', async () => {
    const file = join(folder, 'killed.duckdb');
    const rows = Array.from({ length: 3_000 }, (_, i) => point({ timestamp: i, value: i }));
    await doneThenKilled(
      join(__dirname, 'duckdb-store.ts'),
      `const store = await module.openDuckDbStore(${JSON.stringify(file)});
       const row = ${JSON.stringify(point({}))};
       await store.writePoints(Array.from({ length: 3000 }, (_, i) => ({ ...row, timestamp: i, value: i })));
       await store.writeAnomalies([${JSON.stringify(event('a', {}))}]);`,
    );
    const store = await openDuckDbStore(file);
    expect(await store.readPoints(point({}))).toEqual(rows);
    expect(await store.readAnomalies({})).toEqual([event('a', {})]);
    await store.close();
  });

  it('writes nothing of a batch in which a row cannot be kept, and goes on', async () => {
    const store = await openDuckDbStore(join(folder, 'defect.duckdb'));
    await expect(store.writePoints([point({}), point({ timestamp: 0.5, shard: 'new' })])).rejects.toThrow(RangeError);
    expect(await store.readPoints(point({}))).toEqual([]);
    await store.writePoints([point({ shard: 'new' })]);
    expect((await store.readPoints(point({}))).map(({ shard }) => shard)).toEqual(['new']);
    await store.close();
  });

  it('names the process that has the file, and the way out', async () => {
    const file = join(folder, 'owned.duckdb');
    const store = await openDuckDbStore(file);
    await expect(openDuckDbStore(file)).rejects.toThrow(/already open in this process/);
    const program = `require('@duckdb/node-api').DuckDBInstance.create(${JSON.stringify(file)}).catch((e) => console.log(e.message))`;
    expect(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })).toMatch(/lock/);
    await store.close();

    const owner = `const d = require('@duckdb/node-api'); d.DuckDBInstance.create(${JSON.stringify(file)}).then(() => { console.log('open'); setInterval(() => {}, 1000); })`;
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['-e', owner], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((opened) => child.stdout.once('data', opened));
    await expect(openDuckDbStore(file)).rejects.toThrow(`is in use by process ${child.pid}`);
    const ended = new Promise((exit) => child.once('exit', exit));
    child.kill();
    await ended;
    await (await openDuckDbStore(file)).close();
  });

  it('takes away what a process that was killed while it sorted has left beside the file', async () => {
    const file = join(folder, 'sorted.duckdb');
    mkdirSync(`${file}.tmp`);
    writeFileSync(join(`${file}.tmp`, 'duckdb_temp_storage_DEFAULT-0.tmp'), 'left');
    await (await openDuckDbStore(file)).close();
    expect(existsSync(`${file}.tmp`)).toBe(false);
  });

  it('names a file that is no store', async () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'this is no database '.repeat(1_000));
    await expect(openDuckDbStore(file)).rejects.toThrow(/notes\.txt cannot be opened as a store/);
  });
});

async function read(file: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRows();
  connection.closeSync();
  instance.closeSync();
  return rows;
}
