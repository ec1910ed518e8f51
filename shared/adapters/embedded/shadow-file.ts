import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RunSchema } from '../../training/plan';
import type { ShadowCounts, ShadowTally } from '../../training/ports';
import { addShadow, zeroShadow } from '../../training/shadow';
import { writeWholeFile } from '../files/whole-file';
import { jsonOf } from '../json-of';

/** What was counted of challengers, by run; the newest last. */
export interface ShadowFile extends ShadowTally {
  /** Adds to a run's counts; on disk within a second. */
  add(run: string, counts: Readonly<ShadowCounts>): void;
  /** Writes what is not on disk yet. */
  close(): Promise<void>;
}

const CountSchema = z.number().int().min(0);
const FileSchema = z.object({
  version: z.literal(1),
  runs: z.array(
    z.object({
      run: RunSchema,
      vectors: CountSchema,
      both: CountSchema,
      onlyChampion: CountSchema,
      onlyChallenger: CountSchema,
      failed: CountSchema,
    }),
  ),
});

const WRITE_AFTER_MS = 1_000;
const RUNS_MAX = 100;

/**
 * Counts of challengers in a file. One process adds; any number may ask, and sees what was on disk a second ago. A process that
 * is killed takes its last second with it. A file that cannot be read counts as none, and is told.
 *
 * @param onProblem told of a file that could not be read or written; what was not written is written with what comes next
 */
export function openShadowFile(file: string, onProblem: (error: unknown) => void): ShadowFile {
  let runs: Promise<Map<string, ShadowCounts>> | undefined;
  let waiting = new Map<string, ShadowCounts>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async () => {
    const some = waiting;
    waiting = new Map();
    if (some.size === 0) return;
    runs ??= readRuns(file).catch((error: unknown) => {
      onProblem(error);
      return new Map();
    });
    const known = await runs;
    for (const [run, counts] of some) addTo(known, run, counts);
    for (const oldest of known.keys()) if (known.size > RUNS_MAX) known.delete(oldest);
    await writeWholeFile(file, textOf(known));
  };
  const writeSoon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(write).catch(onProblem);
    }, WRITE_AFTER_MS).unref();
  };

  return {
    add(run, counts) {
      addTo(waiting, run, counts);
      writeSoon();
    },
    // A run is known by its name here, whenever it was.
    tally: async (run) => (await readRuns(file)).get(run) ?? zeroShadow(),
    async close() {
      clearTimeout(timer);
      timer = undefined;
      writing = writing.then(write).catch(onProblem);
      await writing;
    },
  };
}

function addTo(runs: Map<string, ShadowCounts>, run: string, counts: Readonly<ShadowCounts>): void {
  const total = runs.get(run) ?? zeroShadow();
  addShadow(total, counts);
  runs.set(run, total);
}

async function readRuns(file: string): Promise<Map<string, ShadowCounts>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return new Map();
  const parsed = FileSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new Error(`${file} holds no counts of challengers: remove it to begin anew`);
  return new Map(parsed.data.runs.map(({ run, ...counts }) => [run, counts]));
}

function textOf(runs: ReadonlyMap<string, ShadowCounts>): string {
  return `${JSON.stringify({ version: 1, runs: [...runs].map(([run, counts]) => ({ run, ...counts })) }, null, 2)}\n`;
}
