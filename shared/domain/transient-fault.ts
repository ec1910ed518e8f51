/** The call may succeed if tried again: time-outs, throttling, lost connections, a comparison that others won too often. */
export class TransientFault extends Error {
  override readonly name = 'TransientFault';
  constructor(
    /** Which part failed, as "cache" or "alert store". */
    readonly part: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${part}: ${message}`, options);
  }
}
