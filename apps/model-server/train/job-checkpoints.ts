import { open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { nothingThere } from '../../../shared/adapters/files/nothing-there';
import { writeWholeFile } from '../../../shared/adapters/files/whole-file';
import {
  type ReplayCheckpoints,
  type ReplayState,
  ReplayStateSchema,
} from '../../../shared/training/replay-checkpoints';
import type { JobFolders } from './job-config';

/** The machine is taken away; what was done so far lies in the checkpoints. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const FILE = 'replay.ndjson';
/** Between two checkpoints of a replay; each is some tens of megabytes. */
const EVERY_MS = 120_000;
/** So many rows are made into text at a time: a million of them are more than one string can hold. */
const ROWS_AT_ONCE = 1_000;

const ListSchema = z.enum(['labelled', 'sample', 'counted']);
type List = z.output<typeof ListSchema>;
const RowLineSchema = z.tuple([ListSchema, z.unknown()]);
const HeadSchema = z.looseObject({ rows: z.number(), sample: z.looseObject({}), counted: z.looseObject({}) });
type Head = z.output<typeof HeadSchema>;

/**
 * What a replay has come to, in the folder that SageMaker brings to the next machine: every two minutes, and once more when the
 * job is told to stop, between two sources.
 */
export function openJobCheckpoints(
  { checkpoints }: JobFolders,
  now: () => number,
  stop: AbortSignal,
): ReplayCheckpoints {
  const file = path.join(checkpoints, FILE);
  let keptAt = now();
  return {
    load: () => stateIn(file),
    async offer(state) {
      if (!stop.aborted && now() - keptAt < EVERY_MS) return;
      await writeWholeFile(file, textOf(state()));
      keptAt = now();
      if (stop.aborted) throw new Interrupted('the machine is taken away');
    },
  };
}

type Rows = readonly { readonly source: string }[];

/** A line with all but the rows and with how many there are, then each row on a line: `["sample",{…}]`. */
function* textOf({ labelled, sample, counted, ...state }: ReplayState): Generator<string> {
  const lists: readonly (readonly [List, Rows])[] = [
    ['labelled', labelled],
    ['sample', sample.rows],
    ['counted', counted.rows],
  ];
  const rows = lists.reduce((sum, [, list]) => sum + list.length, 0);
  yield `${JSON.stringify({ ...state, rows, sample: { ...sample, rows: [] }, counted: { ...counted, rows: [] } })}\n`;
  for (const [name, list] of lists)
    for (let at = 0; at < list.length; at += ROWS_AT_ONCE) {
      const some = list.slice(at, at + ROWS_AT_ONCE);
      yield some.map((row) => `${JSON.stringify([name, row])}\n`).join('');
    }
}

/** One that did not arrive whole is worth nothing: the replay begins. */
async function stateIn(file: string): Promise<ReplayState | undefined> {
  const handle = await open(file).catch(nothingThere(undefined));
  if (handle === undefined) return undefined;
  const lists: Record<List, unknown[]> = { labelled: [], sample: [], counted: [] };
  let head: Head | undefined;
  try {
    for await (const line of handle.readLines()) {
      const read = JSON.parse(line);
      if (head === undefined) head = HeadSchema.parse(read);
      else {
        const [name, row] = RowLineSchema.parse(read);
        lists[name].push(row);
      }
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  } finally {
    await handle.close();
  }
  const { labelled, sample, counted } = lists;
  if (head?.rows !== labelled.length + sample.length + counted.length) return undefined;
  const whole = {
    ...head,
    labelled,
    sample: { ...head.sample, rows: sample },
    counted: { ...head.counted, rows: counted },
  };
  return ReplayStateSchema.safeParse(whole).data;
}
