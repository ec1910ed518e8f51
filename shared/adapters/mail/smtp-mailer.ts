import { createTransport } from 'nodemailer';
import type { Mailer, MailOutcome } from './mailer';

/**
 * A mail server, by `smtp://` (with STARTTLS where offered) or `smtps://`; user and password stand in the URL and are told to
 * nobody.
 */
export function smtpMailer(url: string): Mailer {
  return {
    async send({ from, to, raw }, withinMs) {
      const timeouts = { connectionTimeout: withinMs, greetingTimeout: withinMs, socketTimeout: withinMs };
      const transport = createTransport({ url, ...timeouts });
      try {
        const { response, rejected } = await transport.sendMail({
          envelope: { from, to: [...to] },
          raw: Buffer.from(raw),
        });
        const without = rejected.length === 0 ? '' : `; not for ${rejected.length} of ${to.length}`;
        return { outcome: 'sent', words: `${withoutCredentials(response, url)}${without}`, status: 250 };
      } catch (error) {
        return outcomeOf(error as SmtpError, url);
      } finally {
        transport.close();
      }
    },
  };
}

interface SmtpError {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
  /** Of Node, which failed. */
  readonly syscall?: string;
}

/** What was said before the mail was handed over is about the way to the server, which people may mend. */
const ABOUT_THE_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

/** Names, TLS and log-in come before any mail. A time-out or a connection that broke may come after it. */
const BEFORE_THE_MAIL = new Set(['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EENVELOPE']);

function outcomeOf(
  { code = 'unknown', command = '', responseCode, response = '', syscall }: SmtpError,
  url: string,
): MailOutcome {
  const isFinal = responseCode !== undefined && responseCode >= 500 && ABOUT_THE_MAIL.has(command);
  // Its message quotes what was sent; its code and the server's answer say as much.
  const words = [code, command.startsWith('AUTH') ? 'AUTH' : command, withoutCredentials(response, url)];
  const said = {
    words: words
      .filter((part) => part !== '')
      .join(' ')
      .slice(0, 300),
  };
  const status = responseCode === undefined ? {} : { status: responseCode };
  if (isFinal) return { outcome: 'refused', ...said, ...status };
  const isUnsent = responseCode !== undefined || syscall === 'connect' || BEFORE_THE_MAIL.has(code);
  return { outcome: 'later', ...said, ...status, ...(isUnsent ? {} : { mayHaveArrived: true }) };
}

function withoutCredentials(text: string, url: string): string {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  const plain = [username, password].flatMap((part) => [part, decodeURIComponent(part)]);
  const encoded = plain.flatMap((part) => [part, Buffer.from(part).toString('base64')]);
  return encoded.filter((part) => part.length >= 4).reduce((clean, part) => clean.replaceAll(part, '[secret]'), text);
}
