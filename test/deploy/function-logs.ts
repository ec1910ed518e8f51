import { readFileSync } from 'node:fs';
import { FilterLogEventsCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import type { World } from './world';

/** The variable that says where the emulator's own log is. */
export const EMULATOR_LOG = 'AWS_EMULATOR_LOG';

const LINES = 12;
const LINE_CHARS_MAX = 500;

/** The last lines of every log group and of the emulator, cut, for who looks for what went wrong. */
export async function lastLines(world: World): Promise<string> {
  const emulatorLog = process.env[EMULATOR_LOG];
  const logs = await allLogs(world);
  if (emulatorLog !== undefined)
    logs.push({ group: 'emulator', lines: readFileSync(emulatorLog, 'utf8').trimEnd().split('\n') });
  return logs
    .flatMap(({ group, lines }) => [
      `${group}:`,
      ...lines.slice(-LINES).map((line) => `  ${line.slice(0, LINE_CHARS_MAX)}`),
    ])
    .join('\n');
}

/** Every log group with what stands in it. */
export async function allLogs({ emulator: { logs } }: World): Promise<{ group: string; lines: string[] }[]> {
  const found: { group: string; lines: string[] }[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {}))
    for (const { logGroupName } of logGroups)
      found.push({ group: logGroupName!, lines: await logMessages(logs, logGroupName!) });
  return found;
}

/** Lines of one log group, oldest first. */
export async function logMessages(logs: World['emulator']['logs'], logGroupName: string): Promise<string[]> {
  const messages: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
    for (const { message } of page.events ?? []) messages.push((message ?? '').trimEnd());
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return messages;
}
