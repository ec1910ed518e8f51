import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { createDynamoDbAlertStore } from '../../shared/adapters/dynamodb/dynamodb-alert-store';
import { currentRules } from '../../shared/alerting/rules-store';
import type { DataPoint } from '../../shared/domain/data-point';
import type { InfluxRow } from '../influx-rows';
import { REGION } from './environment';
import { differences, livePathOf, rowsOf, storedRows, untilAbsorbed, valuesOf, valuesOfPoints } from './live-path';
import { ordinary, sendPoint } from './traffic';
import type { World } from './world';

/** Names of folders with templates. */
export const VERSION = { earlier: 'earlier', failing: 'failing', later: 'later' } as const;

/** The parameter that names the live model. */
export const LIVE_MODEL = '/tidewatch/emulator/live-model';
const CHOSEN = 'chosen-by-people';

const ABSORBED_MS_MAX = 30_000;

/** Has people choose a model, as training does. */
export async function chooseModel({ emulator }: World): Promise<void> {
  await emulator.ssm.send(new PutParameterCommand({ Name: LIVE_MODEL, Value: CHOSEN, Overwrite: true }));
}

/**
 * Looks for what no deploy may touch: the live model that people chose, and the rules that they applied.
 *
 * @throws {Error} if one of them is another
 */
export async function expectKept(world: World): Promise<void> {
  const { Parameter } = await world.emulator.ssm.send(new GetParameterCommand({ Name: LIVE_MODEL }));
  if (Parameter?.Value !== CHOSEN) throw new Error(`the live model is ${Parameter?.Value}`);
  const store = createDynamoDbAlertStore({ region: REGION, table: livePathOf(world).alerts });
  const rules = await currentRules(store).finally(() => store.close());
  if (rules?.version !== 1) throw new Error(`version ${rules?.version} of the rules is in force`);
}

/**
 * Puts a usual point on the stream and waits until the deployed function has stored and learnt it.
 *
 * @throws {Error} unless the function stores into this database, and its source goes on from what it had learnt
 */
export async function expectPathInto(world: World, influxUrl: string): Promise<DataPoint> {
  const { stream, detectAnomalies: FunctionName } = livePathOf(world);
  const { Environment } = await world.emulator.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const told = Environment?.Variables?.['INFLUX_URL'];
  if (told !== influxUrl) throw new Error(`the function stores into ${told}, not ${influxUrl}`);
  const point = ordinary(Date.now());
  await sendPoint(world, stream, point);
  await untilAbsorbed(world, ABSORBED_MS_MAX);
  const rows = await rowsOf(influxUrl, point);
  if (rows === undefined) throw new Error('a point that was absorbed has no rows');
  if (rows.some(({ fields }) => fields['learning'] === true))
    throw new Error('the source learns from the beginning again');
  return point;
}

/** All rows of points in these databases, whole. */
export async function rowsIn(...influxUrls: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await Promise.all(influxUrls.map(storedRows));
  return new Set(rows.flat().map((row) => JSON.stringify(row)));
}

/** @throws {Error} unless there is what was there before, as it was, and of this point a row for each metric, and nothing else */
export function expectAdded(before: ReadonlySet<string>, after: ReadonlySet<string>, point: DataPoint): void {
  const lost = [...before].filter((row) => !after.has(row));
  if (lost.length > 0) throw new Error(`${lost.length} rows are lost or others now, as ${lost[0]}`);
  const added = [...after].filter((row) => !before.has(row)).map((row) => JSON.parse(row) as InfluxRow);
  const wrong = differences(valuesOfPoints([point]), valuesOf(added));
  if (wrong.length > 0) throw new Error(`besides what was there: ${wrong.join('; ')}`);
}

/** Where the database is to which the update moves; made by {@link makeLaterDatabase}. */
export function laterDatabase({ urls }: World): string {
  const url = new URL(urls.influx);
  url.searchParams.set('db', 'later');
  return url.href;
}

/** Empty, on the same server. */
export async function makeLaterDatabase({ urls }: World): Promise<void> {
  const body = new URLSearchParams({ q: 'CREATE DATABASE later' });
  const { ok } = await fetch(new URL('/query', urls.influx), { method: 'POST', body });
  if (!ok) throw new Error('InfluxDB made no database');
}
