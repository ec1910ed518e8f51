/** The unread part of the log is at its limit; try again when consumers have caught up. */
export class LogFull extends Error {
  override readonly name = 'LogFull';
  constructor(
    readonly unreadBytes: number,
    readonly unreadBytesMax: number,
  ) {
    super(`the log holds ${unreadBytes} unread bytes; it takes more below ${unreadBytesMax}`);
  }
}

/** The log was closed, or is closing. */
export class LogClosed extends Error {
  override readonly name = 'LogClosed';
  constructor() {
    super('the log is closed');
  }
}

/** The disk did not take the records; none of them is acknowledged. */
export class LogWriteFailed extends Error {
  override readonly name = 'LogWriteFailed';
}

/** The folder is in use, or what it holds is no log that this version can open. */
export class LogUnusable extends Error {
  override readonly name = 'LogUnusable';
}
