import { mimeOf, UnsafeMail } from './mime';

const parts = {
  from: 'tidewatch@example.com',
  to: ['oncall@example.com'],
  subject: 'pump-17',
  text: 'text',
  html: '<p>html</p>',
  messageId: '<a@example.com>',
  root: '<root@example.com>',
  date: 0,
};

test('a mail holds what it is made of', async () => {
  const mail = (await mimeOf({ ...parts, subject: 'größer als üblich' })).toString();
  expect(mail).toMatch(/^From: Tidewatch <tidewatch@example.com>\r$/m);
  expect(mail).toMatch(/^To: oncall@example.com\r$/m);
  expect(mail).toMatch(/^Subject: =\?UTF-8\?/m);
  expect(mail).toMatch(/^References: <root@example.com>\r$/m);
  expect(mail).toMatch(/^In-Reply-To: <root@example.com>\r$/m);
  expect(mail).toMatch(/^Message-ID: <a@example.com>\r$/m);
});

test.each([
  ['a second header behind an address', { to: ['a@example.com\r\nBcc: b@example.com'] }],
  ['two addresses in one', { to: ['a@example.com, b@example.com'] }],
  ['a group of addresses', { to: ['friends:a@example.com;'] }],
  ['a name before the address', { to: ['A <a@example.com>'] }],
  ['quotes in an address', { to: ['"a b"@example.com'] }],
  ['no address', { to: ['a'] }],
  ['a sender that is two', { from: 'a@example.com, b@example.com' }],
  ['a header behind the subject', { subject: 'x\r\nBcc: b@example.com' }],
  ['a lone carriage return', { subject: 'x\rBcc: b@example.com' }],
  ['a header behind the root', { root: '<a@example.com>\r\nBcc: <b@example.com>' }],
  ['a root that is two', { root: '<a@example.com> <b@example.com>' }],
  ['a message id that is none', { messageId: 'a' }],
])('%s is refused', async (_, more) => {
  await expect(mimeOf({ ...parts, ...more })).rejects.toThrow(UnsafeMail);
});
