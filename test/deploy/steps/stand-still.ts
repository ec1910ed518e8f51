import { setTimeout as pause } from 'node:timers/promises';
import {
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { logMessages } from '../function-logs';
import { invoke } from '../invoke';
import { livePathOf, untilAbsorbed } from '../live-path';
import { ordinary, sendPoint } from '../traffic';
import { until } from '../until';
import type { Step, World } from '../world';

/** The watch does not ask about a shard whose last record was taken so shortly before. */
const FRESH_MS = 10_000;
const SEEN_MS_MAX = 30_000;
const LOOK_EVERY_MS = 500;

export const standStill: Step = {
  name: 'that nobody calls detection is told by the watch for silence, and points wait until somebody does',
  limitMs: 90_000,
  async run(world) {
    const { stream } = livePathOf(world);
    await waitingUntil(world, (ms) => ms === 0);
    await setMapping(world, false);
    await sendPoint(world, stream, ordinary(Date.now()));
    const waited = await waitingUntil(world, (ms) => ms > 0);
    await setMapping(world, true);
    await untilAbsorbed(world, SEEN_MS_MAX);
    await waitingUntil(world, (ms) => ms === 0);
    return `a record was seen waiting for ${waited} ms, and taken when the mapping was enabled again`;
  },
};

/** A source of its own: its point comes before the past of the others. */
const FIRST_SOURCE = 'pump-first';

export const neverTaken: Step = {
  name: 'that nobody has ever called detection is told by the watch for silence',
  limitMs: 90_000,
  async run(world) {
    const { stream } = livePathOf(world);
    await setMapping(world, false);
    await sendPoint(world, stream, ordinary(Date.now(), FIRST_SOURCE));
    const waited = await waitingUntil(world, (ms) => ms > 0);
    await setMapping(world, true);
    await untilAbsorbed(world, SEEN_MS_MAX);
    return `the first record was seen waiting for ${waited} ms, and taken when the mapping was enabled`;
  },
};

async function setMapping(world: World, Enabled: boolean): Promise<void> {
  const { lambda } = world.emulator;
  const { detectAnomalies: FunctionName } = livePathOf(world);
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
  if (EventSourceMappings.length !== 1) throw new Error(`detection has ${EventSourceMappings.length} mappings`);
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: EventSourceMappings[0]!.UUID, Enabled }));
}

/** Calls the watch until what it publishes is so; gives that. */
async function waitingUntil(world: World, isSo: (ms: number) => boolean): Promise<number> {
  const { emulator } = world;
  const { watchSilence: FunctionName } = livePathOf(world);
  const { LoggingConfig } = await emulator.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  let told: number[] = [];
  return until(
    'the watch publishes it',
    FRESH_MS + SEEN_MS_MAX,
    async () => {
      const before = told.length;
      await invoke(world, FunctionName);
      told = waitingIn(await logMessages(emulator.logs, LoggingConfig!.LogGroup!));
      const newest = told.at(-1);
      if (told.length > before && newest !== undefined && isSo(newest)) return newest;
      await pause(LOOK_EVERY_MS);
      return undefined;
    },
    () => told,
  );
}

/** What runs of the watch have published, in order. */
function waitingIn(lines: readonly string[]): number[] {
  return lines
    .filter((line) => line.startsWith('{"_aws"'))
    .flatMap((line) => (JSON.parse(line) as { readonly waitingMs?: number }).waitingMs ?? []);
}
