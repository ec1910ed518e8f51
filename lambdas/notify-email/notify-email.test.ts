import PostalMime from 'postal-mime';
import { smtpMailer } from '../../shared/adapters/mail/smtp-mailer';
import { openSmtpSink, type SmtpSinkOptions } from '../../shared/adapters/mail/testing/smtp-sink';
import { readAction } from '../../shared/alerting/action-token';
import { type Notification, SAMPLE_NOTIFICATION } from '../../shared/domain/notification';
import type { EmailReceiver } from '../../shared/domain/receiver';
import { parseConfig } from '../../shared/runtime/config';
import { channelHandler, channelParts, notificationTo, queueEvent } from '../../test/factories/channel-parts';
import { buildServices } from './build-services';
import { SendConfigSchema } from './config';

const USER = 'mail user';
const PASSWORD = 'p@ss:w0rd/very-secret';
const LINK_KEY = 'the-key-that-signs-links-0123456789ab';
const PNG = Buffer.from('\x89PNG not really');
const ONCALL: EmailReceiver = { name: 'berlin', channel: 'email', to: ['oncall@example.com'] };

let sink: Awaited<ReturnType<typeof openSmtpSink>>;
afterEach(() => sink.close());

interface Given {
  readonly server?: Partial<SmtpSinkOptions>;
  readonly env?: NodeJS.ProcessEnv;
  readonly draw?: () => Promise<Uint8Array | undefined>;
  readonly smtpUrl?: (url: string) => string;
}

async function open({ server = {}, env = {}, draw = async () => PNG, smtpUrl = (url) => url }: Given = {}) {
  sink = await openSmtpSink({ user: USER, password: PASSWORD, ...server });
  const parts = channelParts({ links: JSON.stringify({ keys: [LINK_KEY] }) });
  const environment = {
    MAIL_FROM: 'tidewatch@example.com',
    ACTION_URL: 'https://api.example.com/alerts/act',
    LINK_KEYS_SECRET: 'links',
    ...env,
  };
  const mailer = smtpMailer(smtpUrl(sink.url));
  const config = parseConfig(SendConfigSchema, environment);
  const handler = channelHandler(buildServices(config, { ...parts.handed, charts: { draw }, mailer }));
  const tell = (...notifications: Notification[]) => handler(queueEvent(notifications));
  const read = () => Promise.all(sink.mails.map(({ raw }) => PostalMime.parse(raw)));
  return { ...parts, tell, read };
}

const RESOLVED = { begins: false, reason: 'resolved', status: 'resolved', transition: 2 } as const;

describe('a mail', () => {
  it('says the same in text and HTML, with the chart in it', async () => {
    const { tell, read } = await open();
    await tell(notificationTo(ONCALL));
    const [mail] = await read();
    expect(mail!.subject).toBe('[tidewatch] pump-17 temperature (site=berlin)');
    expect(mail).toMatchObject({ from: { address: 'tidewatch@example.com', name: 'Tidewatch' } });
    for (const part of [
      'pump-17 temperature',
      'is 96.4',
      '71.2 (usual 68.9 to 73.5)',
      '0.71',
      '2026-11-22 13:00 UTC',
    ]) {
      expect(mail!.text).toContain(part);
      expect(mail!.html).toContain(part);
    }
    expect(mail!.html).toContain('3.1× above the highest in 9 days');
    expect(mail!.html).toContain('<img src="cid:chart"');
    expect(mail!.attachments).toMatchObject([{ mimeType: 'image/png', contentId: '<chart>', disposition: 'inline' }]);
    expect(Buffer.from(mail!.attachments[0]!.content as ArrayBuffer).equals(PNG)).toBe(true);
    expect(sink.mails[0]).toMatchObject({ from: 'tidewatch@example.com', to: ['oncall@example.com'] });
    expect(sink.mails[0]!.raw.toString()).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  });

  it('goes out without a chart when there is none, or when drawing fails', async () => {
    let fails = false;
    const draw = async () => {
      if (fails) throw new Error('no chart');
      return undefined;
    };
    const { tell, read } = await open({ draw });
    await tell(notificationTo(ONCALL));
    fails = true;
    await tell(notificationTo(ONCALL, { groupKey: 'other' }));
    for (const mail of await read()) {
      expect(mail.attachments).toEqual([]);
      expect(mail.html).not.toContain('cid:');
    }
    expect(sink.mails).toHaveLength(2);
  });

  it('belongs to one thread with what follows, and a group that fires anew begins another', async () => {
    const { tell, read } = await open();
    const worse = { ...SAMPLE_NOTIFICATION.alerts[0]!, source: 'pump-9', id: 'another' };
    await tell(
      notificationTo(ONCALL, { transition: 1 }),
      notificationTo(ONCALL, { transition: 2, begins: false, reason: 'worse', alertId: 'another', alerts: [worse] }),
      notificationTo(ONCALL, { ...RESOLVED, transition: 3 }),
      notificationTo(ONCALL, { transition: 4, reason: 'escalated', alerts: [worse] }),
    );
    const mails = await read();
    const [first, second, third, anew] = mails;
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(4);
    expect([second!.references, third!.references]).toEqual([first!.references, first!.references]);
    expect([second!.subject, third!.subject]).toEqual([first!.subject, first!.subject]);
    expect(first!.references).toMatch(/^<[\w.-]+@example\.com>$/);
    expect(mails.map(({ messageId }) => messageId)).not.toContain(first!.references);
    expect(anew!.references).not.toBe(first!.references);
    expect(anew!.subject).toContain('pump-9');
  });

  it('that says that a silence ends is a thread of its own; what follows goes on with the one before', async () => {
    const { tell, read } = await open();
    const ending = { transition: 2, begins: false, reason: 'silence-ends' as const, notes: ['it ends in 10 min'] };
    await tell(notificationTo(ONCALL), notificationTo(ONCALL, ending));
    await tell(notificationTo(ONCALL, { ...RESOLVED, transition: 3 }));
    const [first, notice, over] = await read();
    expect(notice!.references).not.toBe(first!.references);
    expect(notice!.subject).toBe('[tidewatch] a silence ends soon: pump-17 temperature (site=berlin)');
    expect(notice!.text).toContain('it ends in 10 min');
    expect(over).toMatchObject({ references: first!.references, subject: first!.subject });
  });

  it('has a link that grants these alerts to this address, for a time', async () => {
    const { tell, read, clock } = await open();
    await tell(notificationTo(ONCALL), notificationTo({ ...ONCALL, to: ['a@example.com', 'b@example.com'] }, RESOLVED));
    const tokens = (await read()).map(
      ({ text }) => /https:\/\/api\.example\.com\/alerts\/act\?token=(\S+)/.exec(text!)![1]!,
    );
    const [one, several] = tokens.map((token) => readAction(token, [LINK_KEY], clock.now));
    expect(one).toEqual({
      target: {
        shown: [SAMPLE_NOTIFICATION.alertId],
        telling: { groupKey: SAMPLE_NOTIFICATION.groupKey, transition: 1, receiver: ONCALL.name },
      },
      to: 'oncall@example.com',
      until: clock.now + 72 * 3_600_000,
    });
    expect(several!.to).toBe('berlin');
  });

  it('goes out without a link when its secret is not there, which is said where problems are', async () => {
    const { tell, read, problems } = await open({ env: { LINK_KEYS_SECRET: 'gone' } });
    expect((await tell(notificationTo(ONCALL))).batchItemFailures).toEqual([]);
    expect((await read())[0]!.text).not.toContain('token');
    expect(problems.map(({ error }) => String(error))).toEqual(['SecretMissing: there is no secret named gone']);
  });

  it('has no link where there is no page', async () => {
    const { tell, read } = await open({ env: { ACTION_URL: '' } });
    await tell(notificationTo(ONCALL));
    expect((await read())[0]!.text).not.toContain('token');
  });
});

describe('texts that would be something else', () => {
  it('stay text: no header, no markup', async () => {
    const { tell, read } = await open();
    const evil = 'x\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>';
    const alert = {
      ...SAMPLE_NOTIFICATION.alerts[0]!,
      source: '</td><script>alert(0)</script>',
      tags: { '<b>': '"><img src=x>' },
      contributions: [{ name: 'value', share: 1, words: '</ul><script>alert(2)</script>' }],
    };
    await tell(notificationTo(ONCALL, { alerts: [alert], group: { site: evil }, notes: [evil] }));
    const [mail] = await read();
    expect(mail!.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(mail!.html).not.toMatch(/<script|<img src=x/);
    expect(sink.mails[0]!.to).toEqual(['oncall@example.com']);
  });

  it('and messages whose addresses are none stay in the queue unclaimed', async () => {
    const { tell, entries, problems } = await open();
    const to = ['a@example.com\r\nBcc: b@example.com'];
    expect((await tell(notificationTo({ ...ONCALL, to }))).batchItemFailures).toHaveLength(1);
    expect([entries, sink.mails]).toEqual([[], []]);
    expect(problems).toHaveLength(1);
  });
});

describe('a mail server that', () => {
  const says = (code: number) => () => ({ code, words: 'because' });
  it.each<[string, Partial<SmtpSinkOptions>, boolean, RegExp]>([
    ['knows no such recipient refuses for good', { refuses: says(550) }, true, /RCPT TO .*because/],
    ['is busy is asked again', { refuses: says(450) }, false, /RCPT TO .*because/],
    ['refuses the mail as it is refuses for good', { afterData: says(554) }, true, /DATA .*because/],
    ['fails after the data is asked again', { afterData: says(451) }, false, /DATA .*because/],
  ])('%s', async (_, server, isFinal, words) => {
    const { tell, entries } = await open({ server });
    const { batchItemFailures } = await tell(notificationTo(ONCALL));
    expect(batchItemFailures).toHaveLength(isFinal ? 0 : 1);
    expect(entries.at(-1)).toMatchObject({ isFinal, answer: { words: expect.stringMatching(words) } });
  });

  it('takes a mail and never says so is asked again, and the log says that it may have arrived', async () => {
    const { tell, entries } = await open({ server: { isMute: true }, env: { SEND_TIMEOUT_MS: '1000' } });
    expect((await tell(notificationTo(ONCALL))).batchItemFailures).toHaveLength(1);
    expect(sink.mails).toHaveLength(1);
    expect(entries.at(-1)).toMatchObject({ isFinal: false, answer: { mayHaveArrived: true } });
    await tell(notificationTo(ONCALL));
    expect(entries.findLast(({ what }) => what === 'claimed')).toMatchObject({ mayRepeat: true });
  });

  it('takes some recipients of several: told, and the log says for how many not', async () => {
    const { tell, entries } = await open({
      server: { refuses: (address) => (address.startsWith('b') ? { code: 550, words: 'no' } : undefined) },
    });
    await tell(notificationTo({ ...ONCALL, to: ['a@example.com', 'b@example.com'] }));
    expect(sink.mails[0]!.to).toEqual(['a@example.com']);
    expect(entries.at(-1)).toMatchObject({
      what: 'sent',
      answer: { words: expect.stringContaining('not for 1 of 2') },
    });
  });
});

describe('no secret stays behind', () => {
  it('nor goes out in a mail', async () => {
    const { tell } = await open();
    await tell(notificationTo(ONCALL));
    for (const secret of secrets) expect(sink.mails[0]!.raw.toString()).not.toContain(secret);
  });

  const secrets = [PASSWORD, encodeURIComponent(PASSWORD), Buffer.from(PASSWORD).toString('base64'), LINK_KEY];
  it.each<[string, Given]>([
    ['when the password is wrong and the server repeats it', { server: { password: 'another' } }],
    ['when nobody listens', { smtpUrl: (url) => url.replace(/:\d+$/, ':1') }],
    ['when the name is not there', { smtpUrl: (url) => url.replace('127.0.0.1', 'mail.invalid') }],
    ['when TLS is spoken to a server without', { smtpUrl: (url) => url.replace('smtp:', 'smtps:') }],
  ])('%s', async (_, given) => {
    const { tell, traces, entries } = await open({
      ...given,
      smtpUrl: (url) => {
        const real = url.replace('another', encodeURIComponent(PASSWORD));
        return given.smtpUrl?.(real) ?? real;
      },
    });
    expect((await tell(notificationTo(ONCALL))).batchItemFailures).toHaveLength(1);
    expect(entries.at(-1)).toMatchObject({ what: 'failed', isFinal: false });
    for (const secret of secrets) expect(traces()).not.toContain(secret);
  });
});
