import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What the demo must remember between starts, so that the same world goes on. Times in epoch milliseconds. */
export const DemoMemorySchema = z.object({
  version: z.literal(1),
  seed: z.number().int(),
  intervalMs: z.number().min(1),
  /** History is replayed in [historyFrom, historyTo). */
  historyFrom: z.number(),
  historyTo: z.number(),
  /** When the live phase began for the first time; absent while history is not yet stored. */
  liveFrom: z.number().optional(),
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
