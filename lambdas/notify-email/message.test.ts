import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { mimeOf } from '../../shared/adapters/mail/mime';
import { type AlertView, type Notification, SAMPLE_NOTIFICATION } from '../../shared/domain/notification';
import { mailText, subjectOf } from './message';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    'x\r\nBcc: v@example.org',
    '<script>',
    '"><img src=x onerror=1>',
    '\u0085',
    '\u2028',
    "' onclick='1",
    '=?utf-8?q?x?=',
  ),
);
const notification: fc.Arbitrary<Notification> = fc
  .record({
    alerts: fc.array(
      fc.record({
        source: text,
        metric: text,
        tags: fc.dictionary(text, text, { maxKeys: 3 }),
        words: text,
        owner: text,
      }),
      { minLength: 1, maxLength: 4 },
    ),
    group: fc.dictionary(text, text, { maxKeys: 3 }),
    notes: fc.array(text, { maxLength: 3 }),
  })
  .map(({ alerts, ...rest }) => ({
    ...SAMPLE_NOTIFICATION,
    ...rest,
    alerts: alerts.map(({ words, ...alert }): AlertView => {
      const contributions = [{ name: 'value', share: 1, words }];
      return { ...SAMPLE_NOTIFICATION.alerts[0]!, ...alert, contributions };
    }),
  }));

test('whatever names and texts hold, a mail has its own headers, its own tags and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(notification, async (one) => {
      const parts = {
        ...{
          from: 'a@example.com',
          to: ['b@example.com'],
          messageId: '<m@example.com>',
          root: '<r@example.com>',
          date: 0,
        },
        subject: subjectOf(one),
        ...mailText(one, { actionUrl: 'https://api.example.com/alerts/act?token=a&b', hasChart: false }),
      };
      expect(parts.html.match(/<[^>]*>/g)!.filter((tag) => !KNOWN_TAG.test(tag))).toEqual([]);
      const mail = await PostalMime.parse(await mimeOf(parts));
      expect(mail.headers.map(({ key }) => key).filter((key) => !KNOWN_HEADERS.has(key))).toEqual([]);
      expect(mail.to).toMatchObject([{ address: 'b@example.com' }]);
    }),
    { numRuns: 150, seed: 1 },
  );
});

const KNOWN_TAG =
  /^<\/?(!doctype html|html lang="en"|html|body|body style="[^"<>]*"|div|div style="[^"<>]*"|h1|h1 style="[^"<>]*"|p|p style="[^"<>]*"|b|ul|li|br|small|table|table style="[^"<>]*"|tr|th|th style="[^"<>]*"|td|a|a href="[^"<>]*"( style="[^"<>]*")?)>$/;
const KNOWN_HEADERS = new Set([
  ...['from', 'to', 'subject', 'message-id', 'references', 'in-reply-to', 'date', 'mime-version', 'content-type'],
  ...['auto-submitted', 'x-auto-response-suppress', 'content-transfer-encoding'],
]);
