import MailComposer from 'nodemailer/lib/mail-composer';

export interface MailParts {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Shown in the text where `<img src="cid:chart">` stands. */
  readonly chart?: Uint8Array | undefined;
  /** `<id@domain>`; services such as SES put their own in its place. */
  readonly messageId: string;
  /** What the thread hangs from: the same for all of its mails, and the id of none. */
  readonly root: string;
  /** Epoch milliseconds. */
  readonly date: number;
}

/** An address or a header that could carry another header, or recipients that nobody named. */
export class UnsafeMail extends Error {
  override readonly name = 'UnsafeMail';
}

export const CHART_CID = 'chart';

/**
 * A mail of text, HTML and perhaps an inline picture, by RFC 5322: threads hang from a made-up root, so that they hold together
 * though services give each mail an id of its own. It says that a machine wrote it, so that machines do not answer.
 *
 * @throws {UnsafeMail} for line breaks in headers and for addresses that are more than one address
 */
export async function mimeOf({
  from,
  to,
  subject,
  text,
  html,
  chart,
  messageId,
  root,
  date,
}: MailParts): Promise<Buffer> {
  for (const address of [from, ...to]) if (!isPlainAddress(address)) throw new UnsafeMail('an address is none');
  if ([subject, messageId, root].some(isUnsafe)) throw new UnsafeMail('a header holds a control character');
  if (![messageId, root].every((id) => /^<[\w.+-]+@[\w.-]+>$/.test(id))) throw new UnsafeMail('an id is none');
  const png = { filename: 'chart.png', contentType: 'image/png', contentDisposition: 'inline', cid: CHART_CID };
  const mail = new MailComposer({
    from: { name: 'Tidewatch', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject,
    text,
    html,
    messageId,
    references: root,
    inReplyTo: root,
    date: new Date(date),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    attachments: chart === undefined ? [] : [{ ...png, content: Buffer.from(chart) }],
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await mail.compile().build();
}

function isPlainAddress(address: string): boolean {
  return address.length <= 320 && /^[^\s<>()[\]\\,;:@"]+@[A-Za-z0-9.-]+$/.test(address) && !isUnsafe(address);
}

function isUnsafe(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
