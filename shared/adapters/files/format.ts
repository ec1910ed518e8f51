import { InputError } from './read-item';

export type FileFormat = 'csv' | 'ndjson' | 'json';

const LF = 0x0a;
const SPACE_OR_BOM = /^[\s\u{feff}]*/u;

/** Is the format to be seen in these first bytes? */
export function isEnoughToTell(head: Buffer): boolean {
  if (!head.includes(LF)) return false;
  const [first, second] = firstLines(head);
  if (first === undefined || second === undefined) return false;
  return !first.startsWith('{') || second !== '' || isJson(first);
}

/**
 * Format of a text from its first bytes: JSON begins with a bracket, NDJSON with an object that ends on its line.
 *
 * @throws {InputError} if it is empty or not text
 */
export function detectFormat(head: Buffer): FileFormat {
  const end = head.indexOf(LF);
  const firstLine = head.subarray(0, end < 0 ? head.length : end);
  refuseBinary(firstLine);
  const [first, second] = firstLines(head);
  if (first === undefined) throw new InputError('empty', 'the file is empty');
  if (first.startsWith('[')) return 'json';
  if (!first.startsWith('{')) return 'csv';
  return isJson(first) || second?.startsWith('{') ? 'ndjson' : 'json';
}

/** The first line that holds anything, trimmed, and what there is of the one after it. */
function firstLines(head: Buffer): [first?: string, second?: string] {
  const text = head.toString('utf8').replace(SPACE_OR_BOM, '');
  if (text === '') return [];
  const [first, second] = text.split('\n', 2);
  return second === undefined ? [first!.trim()] : [first!.trim(), second.trim()];
}

function refuseBinary(firstLine: Buffer): void {
  const [a, b] = firstLine;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw new InputError('not-text', 'the file is UTF-16; save it as UTF-8', 1);
  const start = firstLine.subarray(0, 4096).toString('utf8');
  // One odd character may be another encoding of a unit's sign; many are no text at all.
  const odd = start.match(/[^\P{C}\t\r\u{feff}]|\u{fffd}/gu)?.length ?? 0;
  if (firstLine.includes(0) || odd > 2 + start.length / 10)
    throw new InputError('not-text', 'the file is neither CSV nor JSON, plain or gzip', 1);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
