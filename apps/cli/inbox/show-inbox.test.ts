import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { slackMessage } from '../../../lambdas/notify-slack/message';
import { SAMPLE_NOTIFICATION } from '../../../shared/domain/notification';
import { openInbox } from '../../local/inbox/inbox';
import { UsageError } from '../exit-codes';
import { showInbox } from './show-inbox';

let data: string;
let out: string;
beforeEach(() => {
  data = mkdtempSync(path.join(tmpdir(), 'show-inbox-'));
  out = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(data, { recursive: true });
});

const base = { at: Date.UTC(2026, 10, 22, 13), reason: 'first', to: 'somewhere', headers: {} };

function fill(): void {
  const inbox = openInbox(path.join(data, 'inbox'));
  const slack = JSON.stringify(slackMessage(SAMPLE_NOTIFICATION, { buttons: true }));
  inbox.put({ ...base, id: 'a', channel: 'slack', receiver: 'chat', headline: 'High: pump-17', body: slack });
  const mail = { ...base, at: base.at + 1, id: 'b', channel: 'email', receiver: 'mail' } as const;
  inbox.put({ ...mail, headline: 'High \u001b[31mred', body: 'the text of a mail' }, { '.html': '<p>page</p>' });
  inbox.put({
    ...base,
    at: base.at + 2,
    id: 'c',
    channel: 'webhook',
    receiver: 'hook',
    headline: 'High',
    body: '{"a":1}',
  });
}

test('the inbox is listed, the oldest first, and names cannot colour the screen', () => {
  fill();
  showInbox(data, undefined, false);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toBe('   1  2026-11-22 13:00:00  slack    chat:  High: pump-17  (first)');
  expect(lines).toHaveLength(3);
  expect(out).not.toContain('\u001b');
});

test.each([
  [
    1,
    [
      'slack to chat',
      '🟠 High: pump-17 temperature is 96.4',
      'Observed: 96.4',
      '[ Acknowledge ]',
      '2026-11-22 13:00 UTC',
    ],
  ],
  [2, ['email to mail', 'the text of a mail', 'as browsers show it: ']],
  [3, ['webhook to hook', '"a": 1']],
])('message %d is shown as it would have gone out', (number, parts) => {
  fill();
  showInbox(data, number, false);
  for (const part of parts) expect(out).toContain(part);
  expect(out).not.toMatch(/<!date|\*Observed\*|&lt;/);
});

test('as JSON a message keeps all it has', () => {
  fill();
  showInbox(data, 3, true);
  expect(JSON.parse(out)).toMatchObject({ id: 'c', body: '{"a":1}' });
});

test('an empty inbox says so, and a number that is not there is refused', () => {
  showInbox(data, undefined, false);
  expect(out).toBe(`the inbox in ${data} is empty\n`);
  expect(() => showInbox(data, 1, false)).toThrow(UsageError);
});
