import path from 'node:path';
import type { DataFolder } from '../live/data-folder';

/** Where messages to people are seen, and where people act. */
export function inboxWords({ root }: DataFolder, apiUrl: string | undefined): string {
  const folder = path.relative('', root) || '.';
  return `messages: tidewatch inbox --data ${folder}; people act at ${apiUrl ?? 'no address'}`;
}
