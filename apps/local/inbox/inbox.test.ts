import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type InboxItem, openInbox, readInbox } from './inbox';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inbox-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const item = (id: string, at: number): InboxItem => ({
  ...{
    id,
    at,
    channel: 'webhook',
    receiver: 'tickets',
    reason: 'first',
    headline: 'High: pump',
    to: 'https://a.example/',
  },
  ...{ headers: {}, body: '{}' },
});

test('what was put in is read, the oldest first; told again it takes its own place', () => {
  const inbox = openInbox(folder);
  inbox.put(item('b', 2));
  inbox.put(item('a', 1));
  inbox.put(item('b', 3));
  writeFileSync(path.join(folder, 'note.json'), 'no item');
  writeFileSync(path.join(folder, 'half.json'), '{"id":');
  expect(readInbox(folder).map(({ item }) => [item.id, item.at])).toEqual([
    ['a', 1],
    ['b', 3],
  ]);
});

test('an inbox that is not there is empty', () => {
  expect(readInbox(path.join(folder, 'nowhere'))).toEqual([]);
});

test('names of receivers and ids lead out of no folder', () => {
  openInbox(folder).put({ ...item('../../etc/passwd', 1), receiver: '../x' });
  expect(readdirSync(folder)).toHaveLength(1);
  expect(readInbox(folder)).toHaveLength(1);
});

test('the oldest go when there are too many', () => {
  for (let i = 0; i < 8; i++) {
    const file = path.join(folder, `old-${i}.json`);
    writeFileSync(file, JSON.stringify(item(`old-${i}`, i)));
    utimesSync(file, i, i);
  }
  openInbox(folder, 4).put(item('new', 9));
  expect(readInbox(folder).map(({ item }) => item.id)).toEqual(['old-5', 'old-6', 'old-7', 'new']);
});
