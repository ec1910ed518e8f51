import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSink, type Sink } from '../../../shared/adapters/https/testing/sink';
import { openSmtpSink } from '../../../shared/adapters/mail/testing/smtp-sink';
import { anomaly } from '../../../shared/alerting/alerting.factory';
import { explainAlert } from '../../../shared/alerting/explain';
import { alertIdOf } from '../../../shared/alerting/state/alert';
import { slackLines } from '../../cli/inbox/slack-text';
import { type LocalAlerting, openAlerting } from '../alerts/open-alerting';
import { type InboxItem, readInbox } from '../inbox/inbox';
import { type LocalChannels, openChannels } from './open-channels';

/** Everything is told at once, and told anew at once. */
const RULES = `{version: 1, receivers: [
  {name: chat, channel: slack, secret: slack, to: '#alerts'},
  {name: mail, channel: email, to: [oncall@example.com]},
  {name: hook, channel: webhook, url: 'http://127.0.0.1:PORT/hook', secret: webhook}],
  rules: [{name: all}],
  route: {receivers: [chat, mail, hook], groupBy: [source], groupWait: 0s, groupInterval: 1s, sendResolved: true}}`;

const root = mkdtempSync(path.join(tmpdir(), 'channels-'));
const problems: string[] = [];
let alerting: LocalAlerting;
let channels: LocalChannels;
let sink: Sink;
let runs = 0;
let inboxFolder: string;

beforeAll(async () => {
  sink = await openSink((_request, response) => void response.writeHead(204).end());
});
afterEach(async () => {
  await channels.close();
  await alerting.stop();
  expect(problems.splice(0)).toEqual([]);
});
afterAll(async () => {
  await sink.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(environment: Record<string, string> = {}, name = `run-${++runs}`) {
  const at = (part: string) => path.join(root, name, part);
  inboxFolder = at('inbox');
  const onProblem = (what: string, error: unknown) => problems.push(`${what}: ${String(error)}`);
  alerting = openAlerting({
    file: at('alerts.lmdb'),
    rules: RULES.replace('PORT', String(sink.port)),
    tickEveryMs: 20,
    onProblem,
  });
  channels = await openChannels({
    alerting,
    environment: { API_PORT: '0', ...environment },
    store: { readPoints: async () => [] },
    producer: { put: async () => undefined },
    inboxFolder,
    secretsFolder: at('secrets'),
    onProblem,
  });
  return at;
}

/** The inbox once it has what is waited for. */
async function inboxWith(isEnough: (items: readonly InboxItem[]) => boolean): Promise<InboxItem[]> {
  for (;;) {
    const items = readInbox(inboxFolder).map(({ item }) => item);
    if (isEnough(items)) return items;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const now = () => ({ timestamp: Date.now() });
const count = (items: readonly InboxItem[], reason: string) => items.filter((item) => item.reason === reason).length;

test('an alert is in the inbox as Slack message, mail and webhook; acknowledged by the mail’s link; told as over', async () => {
  await open();
  await alerting.route([anomaly({ source: 'pump', ...now() })]);
  const items = await inboxWith((all) => count(all, 'first') === 3);
  const of = (channel: string) => items.find((item) => item.channel === channel)!;
  expect(slackLines(of('slack').body)!.join('\n')).toContain('[ Acknowledge ]');
  expect(JSON.parse(of('webhook').body)).toMatchObject({ specversion: '1.0', data: { status: 'firing' } });
  expect(of('webhook').headers['webhook-signature']).toMatch(/^v1,/);
  expect(readdirSync(inboxFolder).filter((name) => /^email.*\.(eml|html)$/.test(name))).toHaveLength(2);

  const link = /http:\/\/127\.0\.0\.1:\d+\/alerts\/act\?token=(\S+)/.exec(of('email').body)!;
  const page = await fetch(link[0]);
  expect(await page.text()).toContain('pump temperature');
  const body = new URLSearchParams({ token: link[1]!, action: 'acknowledge', name: 'Ann' });
  const acted = await fetch(`${channels.apiUrl}/alerts/act`, { method: 'POST', body });
  expect(await acted.text()).toContain('Ann (oncall@example.com) (email) acknowledged it');
  const verdict = new URLSearchParams({ token: link[1]!, action: 'false-alarm' });
  expect((await fetch(`${channels.apiUrl}/alerts/act`, { method: 'POST', body: verdict })).status).toBe(200);
  const view = await alerting.actions.view(alertIdOf('episode of pump'));
  expect(view).toMatchObject({ status: 'acknowledged', acknowledgedBy: 'Ann (oncall@example.com)' });

  await alerting.route([anomaly({ source: 'pump', transition: 2, phase: 'closed', ...now() })]);
  const after = await inboxWith((all) => count(all, 'resolved') === 3);
  expect(after.map(({ headline }) => headline)).toContain('Resolved: pump temperature is 96.4, usual 68.9 to 73.5');
  const story = (await explainAlert(alerting.store, alertIdOf('episode of pump')))!.story.map(({ words }) => words);
  expect(story.join('\n')).toMatch(/to mail: try 1 sent; the provider answered: local inbox/);
});

test('what has a real address goes there: a mail server, a webhook whose key is known', async () => {
  const smtp = await openSmtpSink({ user: 'u', password: 'a-password' });
  await open({
    SMTP_URL: smtp.url,
    ALLOWED_HOSTS: sink.host,
    SECRET_WEBHOOK: JSON.stringify({ keys: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] }),
  });
  await alerting.route([anomaly({ source: 'pump', ...now() })]);
  const items = await inboxWith((all) => all.length > 0 && smtp.mails.length > 0 && sink.requests.length > 0);
  expect(items.map(({ channel }) => channel)).toEqual(['slack']);
  expect(smtp.mails[0]!.to).toEqual(['oncall@example.com']);
  expect(sink.requests[0]!.headers['webhook-id']).toBeDefined();
  await smtp.close();
});

test('links of mails are signed by a key of this folder, that only its owner reads and that stays', async () => {
  const at = await open({}, 'kept');
  const key = readFileSync(at('secrets/local/links'), 'utf8');
  await channels.close();
  await alerting.stop();
  await open({}, 'kept');
  expect(readFileSync(at('secrets/local/links'), 'utf8')).toBe(key);
});

test('the api on loopback answers programs and pages of this machine alone', async () => {
  await open();
  const { status } = await fetch(`${channels.apiUrl}/alerts/act?token=x`);
  expect(status).toBe(403);
  const { request } = await import('node:http');
  const foreign = await new Promise<number>((resolve, reject) => {
    const call = request(`${channels.apiUrl}/alerts/act`, { headers: { host: 'rebound.example' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    call.on('error', reject).end();
  });
  expect(foreign).toBe(403);
});
