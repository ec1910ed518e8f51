/** Who asked did not show that it may: nothing was done, and it counts against the caller. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}
