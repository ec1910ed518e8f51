import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientConfig } from '../../shared/adapters/aws/aws-client';
import { createDynamoDbAlertStore } from '../../shared/adapters/dynamodb/dynamodb-alert-store';
import { tableDefinition } from '../../shared/adapters/dynamodb/table';
import { influxTarget } from '../../shared/adapters/influx/influx-options';
import { createInfluxStore } from '../../shared/adapters/influx/influx-store';
import { createS3Settings } from '../../shared/adapters/s3/s3-settings';
import { openAlertActions } from '../../shared/alerting/alert-actions';
import { AlertingWorld } from '../../shared/alerting/alerting.factory';
import { INDEX } from '../../shared/alerting/records';
import { routeEvents } from '../../shared/alerting/router/route-events';
import { documentsIn } from '../../shared/alerting/router/take-turn';
import type { Alert } from '../../shared/alerting/state/alert';
import { SAMPLE_POINT_ROW } from '../../shared/domain/rows';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import { DAY_MS, hiccupingPumps, pastOf, START, verdictsOn } from '../../shared/training/thresholds/hiccups.factory';
import { bundlePrograms, type Programs } from './programs';

/** The same commands on what a deployment has: settings in a bucket, alerts in DynamoDB, rows in InfluxDB. */

const region = 'eu-central-1';
const endpointUrl = process.env['AWS_ENDPOINT_URL']!;
const aws = { region, endpointUrl, attemptTimeoutMs: 60_000, concurrency: 8 };
const DAYS = 28;
const name = randomUUID();
const folder = mkdtempSync(path.join(tmpdir(), 'thresholds-deployed-'));
const influxUrl = new URL(process.env['INFLUX_URL']!);
influxUrl.search = `?db=tidewatch-${name}`;

let programs: Programs;
beforeAll(async () => {
  programs = bundlePrograms();
  const [s3, dynamo] = [new S3Client(awsClientConfig(aws)), new DynamoDBClient(awsClientConfig(aws))];
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  await dynamo.send(new CreateTableCommand(tableDefinition(name)));
  await influxQl(`CREATE DATABASE "tidewatch-${name}"`);
  s3.destroy();
  dynamo.destroy();
  await fillDeployment();
});
afterAll(async () => {
  await influxQl(`DROP DATABASE "tidewatch-${name}"`);
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function influxQl(statement: string): Promise<void> {
  const query = new URL('/query', influxUrl);
  await fetch(query, { method: 'POST', body: new URLSearchParams({ q: statement }) });
}

/** Rows and events as detection writes them, alerts as the router does, and what people say who know the truth. */
async function fillDeployment(): Promise<void> {
  const { points, truth } = hiccupingPumps(2, DAYS);
  const past = pastOf(points, DEFAULT_SETTINGS);
  const rows = createInfluxStore({ target: influxTarget('INFLUX_URL', influxUrl.href, undefined), timeoutMs: 60_000 });
  const written = past.rows.map((row, i) => {
    const { model, settings, ...scores } = row;
    return { ...SAMPLE_POINT_ROW, ...scores, sequence: String(i), versions: { model, settings, schema: 1 } };
  });
  for (let i = 0; i < written.length; i += 2_000) await rows.writePoints(written.slice(i, i + 2_000));
  await rows.writeAnomalies(past.events);
  await rows.close();
  const store = createDynamoDbAlertStore({ ...aws, table: name });
  const { services } = new AlertingWorld({ maxAge: '90d' });
  const now = () => START + DAYS * DAY_MS;
  for (const event of past.events) await routeEvents({ ...services, store, now }, [event]);
  const actions = openAlertActions({ ...services, store, now });
  const judged = verdictsOn(past, truth);
  for (const list of [INDEX.open, INDEX.over])
    for (const { id, facts } of await documentsIn<Alert>(store, list, {})) {
      const said = judged.find(
        ({ source, metric, from }) => source === facts.source && metric === facts.metric && from === facts.since,
      );
      await actions.verdict(id, said!.verdict, { by: 'anna', via: 'slack' });
    }
  await store.close();
}

async function tidewatch(...args: string[]) {
  const env = {
    ...{ PATH: process.env['PATH'], USER: 'anna', AWS_REGION: region, AWS_ENDPOINT_URL: endpointUrl },
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    ...{ SETTINGS_BUCKET: name, ALERTS_TABLE: name, INFLUX_URL: influxUrl.href },
  };
  const child = spawn(process.execPath, [programs.script, ...args], { cwd: folder, env });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, out, err };
}

test('thresholds of a deployment are proposed, applied and taken back', async () => {
  const onProblem = (error: unknown) => {
    throw error;
  };
  const asFunctionsSee = () => createS3Settings({ ...aws, bucket: name, clock: () => 0, onProblem })();
  const until = new Date(START + DAYS * DAY_MS).toISOString();
  const proposed = await tidewatch('threshold', 'propose', '--until', until, '--days', '21');
  expect(proposed.code).toBe(0);
  expect(proposed.out).toMatch(
    /pump-\* \(2 sources, 6 series\)\n {2}threshold 0\.5 → 0\.\d+: \d+ of \d+ that were called false would go/,
  );
  expect((await asFunctionsSee()).version).toBe(1);

  expect((await tidewatch('threshold', 'apply')).out).toMatch(
    /^pump-\*: new, threshold 0\.\d+, by anna: .*\nversion 2 is in force \(settings s3:/,
  );
  const applied = await asFunctionsSee();
  expect(applied).toMatchObject({ version: 2, overrides: [{ sources: 'pump-*', by: 'anna' }] });
  expect(applied.overrides[0]!.settings.threshold).toBeGreaterThan(0.5);

  expect((await tidewatch('threshold', 'apply')).err).toMatch(
    /made of version 1 of the settings, and others are in force \(version 2\)/,
  );
  expect((await tidewatch('threshold', 'revert')).out).toMatch(/version 3 is in force .*: it says what version 1 said/);
  expect(await asFunctionsSee()).toMatchObject({ version: 3, overrides: [] });
});

test('what of the deployment is not named is asked for', async () => {
  for (const missing of ['ALERTS_TABLE', 'INFLUX_URL']) {
    const child = spawn(process.execPath, [programs.script, 'threshold', 'propose', '--bucket', name], {
      cwd: folder,
      env: {
        ...{ PATH: process.env['PATH'], AWS_REGION: region, AWS_ENDPOINT_URL: endpointUrl },
        ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
        ...(missing === 'INFLUX_URL' ? { ALERTS_TABLE: name } : {}),
      },
    });
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(code).toBe(2);
    expect(err).toContain(missing);
  }
});
