import { LogFull } from './errors';

/** What waits to be let in, in order of asking. */
interface Waiter {
  readonly enter: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets calls in while less than a limit is unread, else makes them wait in order. One call may carry the load above the
 * limit, so that a call of any size gets in once.
 */
export class Admission {
  private waiters: Waiter[] = [];

  constructor(
    private readonly loadBytes: () => number,
    private readonly loadBytesMax: number,
  ) {}

  /**
   * Runs `enter` now, or later in turn.
   *
   * @throws {LogFull} if it would have to wait and `whenFull` is 'reject'
   */
  admit<T>(enter: () => T, whenFull: 'wait' | 'reject'): T | Promise<T> {
    const load = this.loadBytes();
    if (this.waiters.length === 0 && load < this.loadBytesMax) return enter();
    if (whenFull === 'reject') throw new LogFull(load, this.loadBytesMax);
    return new Promise<T>((resolve, reject) => {
      this.waiters.push({
        enter: () => {
          try {
            resolve(enter());
          } catch (error) {
            reject(error);
          }
        },
        reject,
      });
    });
  }

  /** To be called whenever the load may have fallen. */
  review(): void {
    let count = 0;
    while (count < this.waiters.length && this.loadBytes() < this.loadBytesMax) this.waiters[count++]!.enter();
    if (count > 0) this.waiters.splice(0, count);
  }

  /** Turns everyone away who waits. */
  close(error: Error): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter.reject(error);
  }
}
