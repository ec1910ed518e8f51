/** Something that waits its turn among those of the same key. */
export interface Waiting {
  readonly key: string;
  readonly bytes: number;
}

/** Queues by key: of each key one entry at a time is taken, so that none can overtake another. */
export interface KeyQueues<Entry extends Waiting> {
  /** Behind all others of its key. */
  add(entry: Entry): void;
  /**
   * The first entries of keys that are free, longest ready first, within the limits; at least one if there is any. Their keys
   * are busy from now on. O(taken).
   */
  take(countMax: number, bytesMax: number): Entry[];
  /** The key's taken entry is done with; the next one may be taken. */
  done(key: string): void;
  /** The key's taken entry may be taken again. */
  again(key: string): void;
  /** Removes the key's taken entry and all behind it, and gives the latter. */
  drop(key: string): Entry[];
}

interface Queue<Entry> {
  head: Link<Entry>;
  tail: Link<Entry>;
}

interface Link<Entry> {
  readonly entry: Entry;
  next: Link<Entry> | undefined;
}

export function createKeyQueues<Entry extends Waiting>(): KeyQueues<Entry> {
  const queues = new Map<string, Queue<Entry>>();
  /** Keys whose first entry may be taken; a set keeps their order. */
  const ready = new Set<string>();
  return {
    add(entry) {
      const link: Link<Entry> = { entry, next: undefined };
      const queue = queues.get(entry.key);
      if (queue === undefined) {
        queues.set(entry.key, { head: link, tail: link });
        ready.add(entry.key);
      } else {
        queue.tail.next = link;
        queue.tail = link;
      }
    },
    take(countMax, bytesMax) {
      const taken: Entry[] = [];
      let bytes = 0;
      for (const key of ready) {
        const { entry } = queues.get(key)!.head;
        if (taken.length > 0 && (taken.length >= countMax || bytes + entry.bytes > bytesMax)) break;
        ready.delete(key);
        taken.push(entry);
        bytes += entry.bytes;
      }
      return taken;
    },
    done(key) {
      const queue = queues.get(key)!;
      if (queue.head.next === undefined) queues.delete(key);
      else {
        queue.head = queue.head.next;
        ready.add(key);
      }
    },
    again: (key) => void ready.add(key),
    drop(key) {
      const behind: Entry[] = [];
      for (let link = queues.get(key)!.head.next; link !== undefined; link = link.next) behind.push(link.entry);
      queues.delete(key);
      return behind;
    },
  };
}
