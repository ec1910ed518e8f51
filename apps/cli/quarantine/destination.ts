import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createKinesisProducer } from '../../../shared/adapters/kinesis/kinesis-producer';
import type { StreamEntry } from '../../../shared/runtime/records';
import { PartitionedLog } from '../../local/stream/log/partitioned-log';
import { UsageError } from '../exit-codes';
import { awsPlace, type SetAsidePlace } from './place';
import type { PlaceFlags } from './place-options';

export interface DestinationFlags extends PlaceFlags {
  readonly stream?: string;
  readonly http?: number;
}

/** What became of entries. */
export interface Put {
  /** Of each, in order: is it on the stream? */
  readonly taken: readonly boolean[];
  /** Of the first that is not. */
  readonly fault?: RedriveError;
}

/** Where records are put again. */
export interface Destination {
  readonly name: string;
  /** Resolves when it is certain of each whether it is on the stream. */
  put(entries: readonly StreamEntry[]): Promise<Put>;
  close(): Promise<void>;
}

/** Not everything could be put again; what was is marked. */
export class RedriveError extends Error {
  override readonly name = 'RedriveError';
}

/** What will be done, without doing anything yet. @throws {UsageError} if nothing says where */
export function destinationName({ stream, http }: DestinationFlags, { folder }: SetAsidePlace): string {
  if (stream !== undefined) return `stream ${stream}`;
  if (folder === undefined) throw new UsageError('--stream must name the stream to put it on');
  return http === undefined ? `the log in ${folder}` : `the run that listens on port ${http}`;
}

/** @throws {UsageError} if a run holds the folder */
export async function openDestination(
  flags: DestinationFlags,
  aside: SetAsidePlace,
  environment: NodeJS.ProcessEnv,
): Promise<Destination> {
  const name = destinationName(flags, aside);
  if (flags.stream !== undefined) return kinesis(name, flags.stream, flags, environment);
  if (flags.http !== undefined) return posting(name, flags.http);
  return logOf(name, aside.folder!);
}

function kinesis(name: string, stream: string, flags: PlaceFlags, environment: NodeJS.ProcessEnv): Destination {
  const producer = createKinesisProducer({ stream, ...awsPlace(flags, environment) });
  return {
    name,
    async put(entries) {
      const results = await producer.putRecords(entries);
      const taken = results.map(({ ok }) => ok);
      const failed = results.find(({ ok }) => !ok);
      if (failed === undefined || failed.ok) return { taken };
      return { taken, fault: new RedriveError(failed.fault.message, { cause: failed.fault }) };
    },
    close: () => producer.close(),
  };
}

const BUSY_TRIES = 30;
const BUSY_MS = 1_000;

/** Of a run with `--http`: it takes marked records where it takes points. */
function posting(name: string, port: number): Destination {
  const post = async (data: Uint8Array): Promise<RedriveError | undefined> => {
    for (let tries = 1; ; tries++) {
      const answer = await fetch(`http://127.0.0.1:${port}/points`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(data),
      }).catch((cause: unknown) => new RedriveError(`nothing answers on port ${port}`, { cause }));
      if (answer instanceof RedriveError) return answer;
      if (answer.status === 202) return undefined;
      if (answer.status !== 429 || tries === BUSY_TRIES)
        return new RedriveError(`the run on port ${port} answered ${answer.status}: ${await answer.text()}`);
      await pause(BUSY_MS);
    }
  };
  return {
    name,
    async put(entries) {
      for (const [done, { data }] of entries.entries()) {
        const fault = await post(data);
        if (fault !== undefined) return { taken: entries.map((_, i) => i < done), fault };
      }
      return { taken: entries.map(() => true) };
    },
    close: async () => undefined,
  };
}

/** Of a run that has ended: it goes on with these when it is started again. */
async function logOf(name: string, folder: string): Promise<Destination> {
  const log = await PartitionedLog.open(join(folder, 'log')).catch((error: Error) => {
    if (error.name !== 'LogUnusable') throw error;
    throw new UsageError(`${error.message}: name the port of its --http here as well, or end it first`);
  });
  return {
    name,
    async put(entries) {
      await log.append(entries);
      return { taken: entries.map(() => true) };
    },
    close: () => log.close(),
  };
}
