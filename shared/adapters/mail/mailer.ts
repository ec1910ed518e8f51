import type { MailParts } from './mime';

/** A mail as it goes out. */
export interface OutgoingMail {
  readonly from: string;
  readonly to: readonly string[];
  /** RFC 5322, whole. */
  readonly raw: Uint8Array;
  /** What it was made of. */
  readonly parts: MailParts;
}

export type MailOutcome =
  | { readonly outcome: 'sent'; readonly words: string; readonly status?: number }
  /** The server will say the same of this mail however often it is asked. */
  | { readonly outcome: 'refused'; readonly words: string; readonly status?: number }
  | {
      readonly outcome: 'later';
      readonly words: string;
      readonly status?: number;
      /** No answer came to the mail, or none that says no: it may be under way. */
      readonly mayHaveArrived?: true;
    };

/** Hands mails over to whoever delivers them. What it says holds no secret. */
export interface Mailer {
  send(mail: OutgoingMail, withinMs: number): Promise<MailOutcome>;
}
