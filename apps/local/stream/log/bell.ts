/** Lets any number of waiters sleep until something changes. */
export class Bell {
  private waiters: (() => void)[] = [];

  /** Resolves at the next ring, or when the signal aborts; the caller looks for itself what has changed. */
  heard(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiters = this.waiters.filter((waiter) => waiter !== wake);
        wake();
      };
      this.waiters.push(wake);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  ring(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
  }
}
