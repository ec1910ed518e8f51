import { existsSync } from 'node:fs';
import path from 'node:path';
import { type InboxItem, readInbox } from '../../local/inbox/inbox';
import { plainText } from '../../local/screen/plain-text';
import { UsageError } from '../exit-codes';
import { slackLines } from './slack-text';

/**
 * Lists the inbox of a run, or shows one message of it.
 *
 * @throws {UsageError} if there is no message of this number
 */
export function showInbox(data: string, number: number | undefined, asJson: boolean): void {
  const items = readInbox(path.join(data, 'inbox'));
  if (number === undefined) {
    const found = items.map(({ item }) => item);
    print(asJson ? [JSON.stringify(found, null, 2)] : listLines(found, data));
    return;
  }
  const shown = items[number - 1];
  if (shown === undefined)
    throw new UsageError(`there is no message ${number}: the inbox in ${data} has ${items.length}`);
  print(asJson ? [JSON.stringify(shown.item, null, 2)] : itemLines(shown.item, shown.file));
}

function listLines(items: readonly InboxItem[], data: string): string[] {
  if (items.length === 0) return [`the inbox in ${data} is empty`];
  return items.map(({ at, channel, receiver, headline, reason }, index) => {
    const cells = [String(index + 1).padStart(4), time(at), channel.padEnd(7), `${receiver}:`, headline, `(${reason})`];
    return plainText(cells.join('  '));
  });
}

function itemLines({ at, channel, receiver, to, headers, body }: InboxItem, file: string): string[] {
  const page = file.replace(/\.json$/, '.html');
  const head = [
    `${channel} to ${receiver}, ${to}`,
    time(at),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const shown = (channel === 'slack' ? slackLines(body) : undefined) ?? ['', ...pretty(body).split('\n')];
  const also = existsSync(page) ? ['', `as browsers show it: ${page}`] : [];
  return [...head, ...shown, ...also].map(plainText);
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
