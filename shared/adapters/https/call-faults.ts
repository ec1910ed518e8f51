/** This address is never called, however often it is tried. The message names the host and no more of the URL. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
}

/**
 * No answer, or none that could be read: a later call may succeed. The message holds neither the URL nor what was sent, and
 * there is no cause: errors of sockets and parsers can hold both.
 */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  constructor(
    message: string,
    /** Certain that nothing was sent: the connection was never made. */
    readonly isUnsent: boolean,
  ) {
    super(message);
  }
}
