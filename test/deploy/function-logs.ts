import { readFileSync } from 'node:fs';
import { FilterLogEventsCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import type { World } from './world';

const LINES = 12;
const LINE_CHARS_MAX = 500;

/** The last lines of every log group and of the emulator, cut, for who looks for what went wrong. */
export async function functionLogs({ emulator: { logs } }: World): Promise<string> {
  const texts: string[] = [];
  const tell = (from: string, lines: readonly string[]) =>
    texts.push(`${from}:`, ...lines.slice(-LINES).map((line) => `  ${line.slice(0, LINE_CHARS_MAX)}`));
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {}))
    for (const { logGroupName } of logGroups) {
      const messages = await logMessages(logs, logGroupName!);
      if (messages.length > 0) tell(logGroupName!, messages);
    }
  const emulatorLog = process.env['AWS_EMULATOR_LOG'];
  if (emulatorLog !== undefined) tell('emulator', readFileSync(emulatorLog, 'utf8').trimEnd().split('\n'));
  return texts.join('\n');
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
