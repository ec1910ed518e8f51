import type { Command } from 'commander';
import { UsageError } from './exit-codes';

/** What lies in a run's folder on one machine, and of a deployment in a place of AWS that has a name. */
export interface DeployedPlace<Flag extends string> {
  /** What the place is, and the flag that names it, as "table". */
  readonly flag: Flag;
  /** Names it where no flag does. */
  readonly variable: string;
  /** As "the table of a deployment". */
  readonly words: string;
}

export type PlaceFlags<Flag extends string> = { readonly data?: string } & { readonly [_ in Flag]?: string };

export function withPlace<Flag extends string>(
  command: Command,
  { flag, variable, words }: DeployedPlace<Flag>,
): Command {
  return command
    .option('-d, --data <folder>', 'the folder of a run on this machine (default: .tidewatch/demo)')
    .option(`--${flag} <name>`, `in place of a folder: ${words} (or ${variable}), in AWS_REGION`);
}

export function placeHelp({ variable, words }: DeployedPlace<string>): string {
  return `
Environment:
  ${variable}  ${words}; AWS_REGION and credentials as for any AWS program
`;
}

/** Its name; undefined: a folder on this machine is meant. @throws {UsageError} if both are named */
export function placeName<Flag extends string>(
  { flag, variable }: DeployedPlace<Flag>,
  flags: PlaceFlags<Flag>,
): string | undefined {
  const named: string | undefined = flags[flag];
  if (flags.data !== undefined && named !== undefined) throw new UsageError(`--data and --${flag} exclude each other`);
  return (named ?? (flags.data === undefined ? process.env[variable] : undefined)) || undefined;
}

/** @throws {UsageError} if nobody says */
export function placeRegion({ flag }: Pick<DeployedPlace<string>, 'flag'>): string {
  const region = process.env['AWS_REGION'];
  if (!region) throw new UsageError(`AWS_REGION must say where the ${flag} is`);
  return region;
}

/** Closes what was opened, however the work ends. */
export async function closedAfter<Opened extends { close(): Promise<void> }, Result>(
  opened: Opened,
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}
