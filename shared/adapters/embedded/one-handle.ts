import { resolve } from 'node:path';

/** A handle on a file together with others of this process. */
export interface Held<Handle> {
  readonly handle: Handle;
  /** Closes the handle when nobody else holds it; a second call does nothing. */
  release(): Promise<void>;
}

/**
 * One handle a file in a process: opened for the first who asks, closed by the last who lets go.
 *
 * LMDB has one write lock a file. A transaction holds it in a thread of the handle while it waits for the main thread to fill it;
 * a second handle that waits for the lock on the main thread, as opening a database does, would wait for ever.
 */
export function oneHandle<Handle>(
  open: (file: string) => Handle,
  close: (handle: Handle) => Promise<void>,
): (file: string) => Held<Handle> {
  const held = new Map<string, { readonly handle: Handle; users: number }>();
  return (file) => {
    const path = resolve(file);
    const entry = held.get(path) ?? { handle: open(path), users: 0 };
    held.set(path, entry);
    entry.users += 1;
    let released = false;
    return {
      handle: entry.handle,
      async release() {
        if (released) return;
        released = true;
        entry.users -= 1;
        if (entry.users > 0) return;
        held.delete(path);
        await close(entry.handle);
      },
    };
  };
}
