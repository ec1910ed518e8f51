import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
}

export interface SmtpSinkOptions {
  readonly user: string;
  readonly password: string;
  /** An error for this recipient; undefined to take it. */
  readonly refuses?: (address: string) => { readonly code: number; readonly words: string } | undefined;
  /** An error after the data of a mail. */
  readonly afterData?: () => { readonly code: number; readonly words: string } | undefined;
  /** Takes mails and never says so. */
  readonly isMute?: boolean;
}

/** A real SMTP server on a free port of 127.0.0.1 that keeps mails. */
export async function openSmtpSink({ user, password, refuses, afterData, isMute = false }: SmtpSinkOptions) {
  const mails: ReceivedMail[] = [];
  const fault = ({ code, words }: { code: number; words: string }) =>
    Object.assign(new Error(words), { responseCode: code });
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (auth, _session, done) => {
      const isKnown = auth.username === user && auth.password === password;
      done(isKnown ? null : fault({ code: 535, words: `not you: ${auth.username} ${auth.password}` }), { user });
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = refuses?.(address);
      done(refusal === undefined ? undefined : fault(refusal));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = afterData?.();
        if (refusal !== undefined) return done(fault(refusal));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({ from, to: rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks) });
        if (!isMute) done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    url: `smtp://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    port,
    close: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}
