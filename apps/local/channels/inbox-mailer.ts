import type { Mailer } from '../../../shared/adapters/mail/mailer';
import { CHART_CID } from '../../../shared/adapters/mail/mime';
import type { Notification } from '../../../shared/domain/notification';
import type { Inbox } from '../inbox/inbox';
import { inboxItem } from './inbox-item';

/** Takes a mail into the inbox: its text, the whole of it for mail programs, and a page for browsers. */
export function inboxMailer(inbox: Inbox, notification: Notification, now: () => number): Mailer {
  return {
    async send({ to, raw, parts }) {
      const made = { to: to.join(', '), headers: { subject: parts.subject }, body: parts.text };
      const item = inboxItem(notification, now(), made);
      inbox.put(item, { '.eml': raw, '.html': withChart(parts.html, parts.chart) });
      return { outcome: 'sent', words: 'local inbox' };
    },
  };
}

function withChart(html: string, chart: Uint8Array | undefined): string {
  if (chart === undefined) return html;
  return html.replace(`cid:${CHART_CID}`, `data:image/png;base64,${Buffer.from(chart).toString('base64')}`);
}
