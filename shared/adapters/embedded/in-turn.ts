/** Runs what it is given one after the other, in the order asked; a failure does not stop the next. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

/**
 * Group commit: what is asked for while others have their turn is done together in the next one, in the order asked. All of
 * a group succeed or fail together.
 */
export function inGroups<Item>(
  inTurn: InTurn,
  work: (items: readonly Item[]) => Promise<void>,
): (items: readonly Item[]) => Promise<void> {
  let waiting: { readonly items: Item[]; readonly done: Promise<void> } | undefined;
  return (items) => {
    if (waiting === undefined) {
      const group: Item[] = [];
      const done = inTurn(() => {
        waiting = undefined;
        return work(group);
      });
      waiting = { items: group, done };
    }
    for (const item of items) waiting.items.push(item);
    return waiting.done;
  };
}
