import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toFailureRecord } from '../../apps/local/stream/mapping/failure-record';
import { folderDestination } from '../../apps/local/stream/mapping/folder-destination';
import { quarantineObject } from '../../lambdas/detect-anomalies/plan-batch';
import { openDuckDbStore } from '../../shared/adapters/embedded/duckdb-store';
import { openQuarantineFolder } from '../../shared/adapters/embedded/quarantine-folder';
import { streamRecord } from '../factories/records';
import { bundlePrograms, type Programs } from './programs';

/** What was set aside comes back into a run that goes on, and into one that has ended. */

let programs: Programs;
const data = mkdtempSync(path.join(tmpdir(), 'redrive-'));
beforeAll(() => {
  programs = bundlePrograms();
});
afterAll(() => {
  programs.remove();
  rmSync(data, { recursive: true, force: true });
});

const ARRIVAL = Date.now() - 7_200_000;
const at = (value: number, timestamp: number) =>
  streamRecord({ source: 'pump-17', timestamp, metrics: { flow: value } }, value, { arrival: ARRIVAL });
const cli = async (...args: string[]) => {
  const run = programs.start(['quarantine', ...args, '--data', data]);
  return { code: await run.ended, out: run.out(), err: run.err() };
};
const HTTP = /POST data points to http:\/\/127\.0\.0\.1:(\d+)\//;

async function stored(): Promise<[value: number, late: boolean][]> {
  const store = await openDuckDbStore(path.join(data, 'store.duckdb'));
  const rows = await store.readPoints({ source: 'pump-17', metric: 'flow' });
  await store.close();
  return rows.map(({ value, late }) => [value, late]);
}

test('set aside, put again, stored once; what is wrong for good comes back with its count', async () => {
  mkdirSync(data, { recursive: true });
  // As an earlier version, or other settings, left them: a point that is fine now, one whose clock is an hour ahead, a batch.
  const [fine, ahead, batch] = [at(1, ARRIVAL - 60_000), at(2, ARRIVAL + 3_600_000), at(3, ARRIVAL - 120_000)];
  await openQuarantineFolder(path.join(data, 'quarantine')).put([
    quarantineObject(fine, { reason: 'too-far-in-past', field: 'timestamp', index: 0, message: 'too old' }),
    quarantineObject(ahead, { reason: 'too-far-in-future', field: 'timestamp', index: 0, message: 'ahead' }),
  ]);
  await folderDestination(path.join(data, 'failed'), 'detect-anomalies').put(
    toFailureRecord({
      ...{
        stream: 'local',
        shard: 'shardId-000000000000',
        condition: 'RetryAttemptsExhausted',
        functionName: 'detect',
      },
      ...{ requestId: 'x', invocations: 3, nowMs: ARRIVAL },
      records: [{ sequence: '3', arrivalMs: ARRIVAL, partitionKey: 'pump-17', data: Buffer.from(batch.body) }] as never,
    }),
  );
  const run = programs.start(['start', '--http', '0', '--data', data]);
  const [, port] = HTTP.exec(await run.said((out) => HTTP.test(out)))!;
  const body = JSON.stringify({ source: 'pump-17', timestamp: Date.now(), metrics: { flow: 4 } });
  const posted = await fetch(`http://127.0.0.1:${port}/points`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body },
  });
  expect(posted.status).toBe(202);

  const refused = await cli('redrive', '--yes');
  expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/name the port of its --http here as well/)]);
  const trial = await cli('redrive', '--http', port!);
  expect(trial.err).toMatch(/2 records in quarantine[\s\S]*Nothing was done/);
  const done = await cli('redrive', '--http', port!, '--yes');
  expect([done.code, done.err]).toEqual([0, expect.stringMatching(/2 records put on the run that listens on port/)]);
  expect((await cli('redrive', '--http', port!, '--yes', '--reason', 'too-far-in-past')).err).toMatch(
    /nothing in quarantine/,
  );
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(0);
  expect((await stored()).map(([value]) => value)).toEqual([1, 4]);

  // The run has ended: its log takes it, and the next start works it.
  const again = await cli('redrive', '--failed', '--yes');
  expect([again.code, again.err]).toEqual([0, expect.stringMatching(/1 record put on the log in/)]);
  const next = programs.start(['start', '--http', '0', '--data', data]);
  await next.said((out) => HTTP.test(out));
  next.child.kill('SIGINT');
  expect(await next.ended).toBe(0);
  expect(await stored()).toEqual([
    [3, true],
    [1, true],
    [4, false],
  ]);
  expect((await cli('list')).out).toMatch(/1 {2}too-far-in-future {2}timestamp {2}after 1 times/);
});
