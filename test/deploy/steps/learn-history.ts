import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { logMessages } from '../function-logs';
import { differences, livePathOf, storedRows, untilAbsorbed, valuesOf, valuesOfPoints } from '../live-path';
import { history, SOURCES, sendPoints } from '../traffic';
import { until } from '../until';
import type { Step, World } from '../world';

const LEARNT_MS_MAX = 60_000;

export const learnHistory: Step = {
  name: 'points on the stream become rows and states, by the deployed bundle',
  limitMs: 90_000,
  async run(world) {
    const { stream, detectAnomalies } = livePathOf(world);
    await sendPoints(world, stream, history(Date.now()));
    await untilAbsorbed(world, LEARNT_MS_MAX);
    const values = valuesOfPoints(world.sent.points);
    const wrong = differences(values, valuesOf(await storedRows(world.urls.influx)));
    if (wrong.length > 0) throw new Error(`${wrong.length} values differ, as ${wrong.slice(0, 5).join('; ')}`);
    const batches = await until('its counts in its log', LEARNT_MS_MAX, () => loggedBatches(world, detectAnomalies));
    return `${values.size} values, all as sent; ${SOURCES.length} states; ${batches} batches in the log`;
  },
};

/** Batches whose counts the function has logged in CloudWatch's embedded metric format. */
async function loggedBatches({ emulator }: World, name: string): Promise<number | undefined> {
  const { LoggingConfig } = await emulator.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  const lines = await logMessages(emulator.logs, LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`);
  const batches = lines.filter((line) => line.includes('"_aws"') && pointsIn(line) > 0);
  return batches.length > 0 ? batches.length : undefined;
}

function pointsIn(line: string): number {
  const { points } = JSON.parse(line.slice(line.indexOf('{'))) as { points?: number };
  return points ?? 0;
}
