import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CHANNELS } from '../../../shared/domain/receiver';

/** What somebody would have been told, as it would have gone out. */
const InboxItemSchema = z.object({
  /** The notification's: told again, it takes its own place. */
  id: z.string(),
  /** When it was put in, epoch milliseconds. */
  at: z.number(),
  channel: z.enum(CHANNELS),
  receiver: z.string(),
  reason: z.string(),
  headline: z.string(),
  /** To whom it was addressed: an address, or addresses. */
  to: z.string(),
  /** Headers of a post; of a mail its subject. */
  headers: z.record(z.string(), z.string()),
  /** JSON of a post; the text of a mail. */
  body: z.string(),
});
export type InboxItem = z.output<typeof InboxItemSchema>;

/** Besides the item itself: a mail as mail programs open it, and as browsers show it. */
export type Attachments = Readonly<Record<string, Uint8Array | string>>;

/** A folder of messages that had nowhere else to go. */
export interface Inbox {
  put(item: InboxItem, attachments?: Attachments): void;
}

/** Files kept; the oldest go. They are looked at once in so many puts. */
const FILES_MAX = 3_000;
const TIDY_EVERY = 50;

export function openInbox(folder: string, filesMax = FILES_MAX): Inbox {
  let puts = 0;
  return {
    put(item, attachments = {}) {
      mkdirSync(folder, { recursive: true });
      const name = nameOf(item);
      for (const [ending, content] of Object.entries(attachments))
        write(path.join(folder, `${name}${ending}`), content);
      write(path.join(folder, `${name}.json`), `${JSON.stringify(item, null, 2)}\n`);
      if (puts++ % TIDY_EVERY === 0) tidy(folder, filesMax);
    },
  };
}

/** What is in the inbox, the oldest first; files that are no items are left out. */
export function readInbox(folder: string): { readonly item: InboxItem; readonly file: string }[] {
  return filesOf(folder)
    .flatMap((name) => {
      const file = path.join(folder, name);
      const item = readItem(file);
      return item === undefined ? [] : [{ item, file }];
    })
    .sort((a, b) => a.item.at - b.item.at || (a.file < b.file ? -1 : 1));
}

function tidy(folder: string, filesMax: number): void {
  const names = readdirSync(folder);
  if (names.length <= filesMax) return;
  const aged = names.map((name) => ({ name, at: statSync(path.join(folder, name)).mtimeMs }));
  aged.sort((a, b) => a.at - b.at);
  for (const { name } of aged.slice(0, names.length - filesMax)) rmSync(path.join(folder, name));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readItem(file: string): InboxItem | undefined {
  try {
    return InboxItemSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function nameOf({ id, channel, receiver }: InboxItem): string {
  return [channel, receiver, id.slice(0, 32)].map((part) => part.replace(/[^\w.-]+/g, '_')).join('-');
}

/** Whole or not at all: somebody may be reading. */
function write(file: string, content: Uint8Array | string): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}
