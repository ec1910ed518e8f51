/** Puts one after the other: those that wait for room keep their order, and are told of keys that broke while they waited. */
export interface PutLine {
  /**
   * Enters as soon as all earlier ones have and there is room; gives what entering comes to. Rejects once the line is closed.
   *
   * @param enter must not reject; told whether a record of a key was given up since this put was made
   */
  through<Result>(
    hasRoom: () => boolean,
    enter: (isBroken: (key: string) => boolean) => Promise<Result>,
  ): Promise<Result>;
  /** There may be room. */
  go(): void;
  /** A record of this key was given up: puts that wait must not pass it. */
  breakKey(key: string): void;
  /** Lets nobody in any more; resolves when all that came before are through. */
  close(): Promise<void>;
}

export function createPutLine(): PutLine {
  let number = 0;
  let admitted = 0;
  let unsettled = 0;
  let isClosed = false;
  let turn: Promise<unknown> = Promise.resolve();
  let go = () => {};
  const onIdle: (() => void)[] = [];
  /** Key to the last put that came before it broke. */
  const broken = new Map<string, number>();

  async function through<Result>(
    hasRoom: () => boolean,
    enter: (isBroken: (key: string) => boolean) => Promise<Result>,
  ): Promise<Result> {
    if (isClosed) throw new Error('the producer is closed');
    const mine = ++number;
    unsettled++;
    const entered = turn.then(async () => {
      while (!hasRoom()) await nextRoom();
      const result = enter((key) => (broken.get(key) ?? 0) >= mine);
      admitted = mine;
      if (admitted === number) broken.clear();
      // In an object, so that the next put does not wait for this one's end.
      return { result };
    });
    turn = entered;
    const result = await (await entered).result;
    unsettled--;
    if (unsettled === 0) for (const resolve of onIdle.splice(0)) resolve();
    return result;
  }

  function nextRoom(): Promise<void> {
    return new Promise((resolve) => {
      go = resolve;
    });
  }

  return {
    through,
    go: () => go(),
    breakKey(key: string): void {
      if (admitted < number) broken.set(key, number);
    },
    async close(): Promise<void> {
      isClosed = true;
      if (unsettled > 0) await new Promise<void>((resolve) => onIdle.push(resolve));
    },
  };
}
