import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { mimeOf } from './mime';
import { sesMailer } from './ses-mailer';

/** Region, endpoint and dummy credentials are in the environment of `npm run test:services`. */
const region = process.env['AWS_REGION']!;
const from = 'tidewatch@example.com';
const to = ['oncall@example.com'];
const client = new SESv2Client({});
afterAll(() => client.destroy());

async function mail(subject: string) {
  const root = '<root@example.com>';
  const parts = {
    ...{ from, to, subject, text: 'what happened', html: '<p>what happened</p>', root, date: 0 },
    messageId: '<a@example.com>',
    chart: Buffer.from('PNG'),
  };
  return { from, to, raw: await mimeOf(parts), parts };
}

/** What the emulator has sent, as it shows it. */
async function inbox(): Promise<string> {
  const answer = await fetch(`${process.env['AWS_ENDPOINT_URL']}/_ministack/ses/messages`);
  return answer.text();
}

test('a whole mail is taken and arrives as it was made', async () => {
  await client.send(new CreateEmailIdentityCommand({ EmailIdentity: from }));
  const subject = `mail ${Date.now()}`;
  const sent = await sesMailer({ region }).send(await mail(subject), 5_000);
  expect(sent).toMatchObject({ outcome: 'sent', words: expect.stringMatching(/^SES \S+/), status: 200 });
  expect(await inbox()).toContain(subject);
});

test('a service that is not there is asked again', async () => {
  const mailer = sesMailer({ region, endpointUrl: 'http://127.0.0.1:1' });
  // Whether it may have arrived is not asked: the SDK drops the code of an error that comes from another realm, as Jest's do.
  expect(await mailer.send(await mail('unsent'), 2_000)).toMatchObject({
    outcome: 'later',
    words: expect.stringContaining('ECONNREFUSED'),
  });
});
