import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { DataPoint } from '../../../shared/domain/data-point';
import { cdkDeploy } from '../cdk';
import { differences, livePathOf, storedRows, untilAbsorbed, valuesOf, valuesOfPoints } from '../live-path';
import { ordinary, sendPoint } from '../traffic';
import type { Step } from '../world';

/** The parameter that names it. */
export const LIVE_MODEL = '/tidewatch/emulator/live-model';
const CHOSEN = 'chosen-by-people';
const ABSORBED_MS_MAX = 30_000;

export const update: Step = {
  name: 'an update moves the store, keeps what was learnt, and leaves the live model alone',
  limitMs: 180_000,
  async run(world) {
    const { emulator, urls } = world;
    const { stream, detectAnomalies: FunctionName } = livePathOf(world);
    await emulator.ssm.send(new PutParameterCommand({ Name: LIVE_MODEL, Value: CHOSEN, Overwrite: true }));
    const moved = await anotherDatabase(urls.influx);
    await cdkDeploy(world, { INFLUX_URL: moved });
    const { Environment } = await emulator.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (Environment?.Variables?.['INFLUX_URL'] !== moved) throw new Error('the function has its old variables');

    const point = ordinary(Date.now());
    await sendPoint(world, stream, point);
    await untilAbsorbed(world, ABSORBED_MS_MAX);
    await expectMoved(moved, point);

    const { Parameter } = await emulator.ssm.send(new GetParameterCommand({ Name: LIVE_MODEL }));
    if (Parameter?.Value !== CHOSEN) throw new Error(`the live model is ${Parameter?.Value}`);
    return `rows of what came after it alone are there, of a source that had learnt; live model still ${CHOSEN}`;
  },
};

async function anotherDatabase(influxUrl: string): Promise<string> {
  const url = new URL(influxUrl);
  url.searchParams.set('db', 'moved');
  const body = new URLSearchParams({ q: 'CREATE DATABASE moved' });
  const { ok } = await fetch(new URL('/query', url.origin), { method: 'POST', body });
  if (!ok) throw new Error('InfluxDB made no database');
  return url.href;
}

async function expectMoved(influxUrl: string, point: DataPoint): Promise<void> {
  const rows = await storedRows(influxUrl);
  const wrong = differences(valuesOfPoints([point]), valuesOf(rows));
  if (wrong.length > 0) throw new Error(`after the update: ${wrong.join('; ')}`);
  if (rows.some(({ fields }) => fields['learning'] === true))
    throw new Error('the source learns from the beginning again');
}
