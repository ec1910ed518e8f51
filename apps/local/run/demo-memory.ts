import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What the demo must remember between starts, so that the same world goes on. Times in epoch milliseconds. */
export const DemoMemorySchema = z.object({
  version: z.literal(1),
  seed: z.number().int(),
  /** History is replayed in [historyFrom, historyTo). */
  historyFrom: z.number(),
  historyTo: z.number(),
  /** Is all of history stored? */
  isReplayed: z.boolean(),
});
export type DemoMemory = z.output<typeof DemoMemorySchema>;

/** @throws {Error} if the file is there and was not written by the demo */
export function readDemoMemory(file: string): DemoMemory | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return DemoMemorySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(`${file} is not what the demo wrote; remove its folder to begin anew`, { cause });
  }
}

export function writeDemoMemory(file: string, memory: DemoMemory): void {
  writeFileSync(`${file}.new`, JSON.stringify(memory));
  renameSync(`${file}.new`, file);
}
