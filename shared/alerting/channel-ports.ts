import type { AlertView } from '../domain/notification';

/** What the functions of channels ask of the world, besides the notification log of `ports.ts`. */

/** A text that shows itself to nobody who does not ask: printed, logged or put into JSON it reads `[secret]`. */
export interface Secret {
  reveal(): string;
}

/** Secrets by name. */
export interface Secrets {
  /**
   * Kept for a while, so that a message costs no call.
   *
   * @throws {SecretMissing} if there is none of this name, or one without text
   * @throws {TransientFault} if that cannot be said for now
   */
  get(name: string): Promise<Secret>;
  /** A provider did not accept it: the next `get` asks again, it may have been changed. */
  forget(name: string): void;
}

/** There is no such secret; people have to make it. */
export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
  constructor(secretName: string) {
    super(`there is no secret named ${secretName}`);
  }
}

/** There is such a secret, but not of the form that its use asks for; people have to mend it. */
export class SecretUnusable extends Error {
  override readonly name = 'SecretUnusable';
  constructor(secretName: string) {
    super(`the secret named ${secretName} does not hold what is asked of it`);
  }
}

/** Draws what an alert is about. */
export interface Charts {
  /**
   * A PNG of the series around the alert; undefined when there is nothing to draw, or no time to draw it: a message never
   * waits for its picture and never fails for it.
   */
  draw(alert: AlertView, withinMs: number): Promise<Uint8Array | undefined>;
}

/** A picture was not put up; the message is out all the same. Says at which step, in the provider's word. */
export class ChartNotShown extends Error {
  override readonly name = 'ChartNotShown';
}
