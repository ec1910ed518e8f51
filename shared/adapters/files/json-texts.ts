import { StringDecoder } from 'node:string_decoder';
import { LIMITS } from '../../domain/limits';
import { excerpt, type FileRejectionReason, InputError } from './read-item';

/** The text of one JSON value of a file, or what is wrong at this place. */
export interface JsonText {
  readonly line: number;
  readonly text: string;
  readonly problem?: { readonly reason: FileRejectionReason; readonly message: string };
}

const LF = 10;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Cuts a JSON file into its elements without holding more than one of them: the elements of arrays on the top level, and
 * objects that stand there by themselves. Brackets and strings are followed; whether an element is JSON is for the parser to say.
 * A chunk's worth at a time.
 *
 * @throws {InputError} when an element does not end within `LIMITS.recordBytesMax` characters
 */
export async function* jsonTexts(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly JsonText[]> {
  const decoder = new StringDecoder('utf8');
  const scanner = jsonScanner();
  for await (const chunk of chunks) yield scanner.push(decoder.write(chunk));
  yield [...scanner.push(decoder.end()), ...scanner.end()];
}

function jsonScanner() {
  let line = 1;
  let text = '';
  let startLine = 0;
  /** Open brackets within the element; -1 between elements. */
  let depth = -1;
  let inString = false;
  let escaped = false;
  let inArray = false;

  function push(more: string): JsonText[] {
    const found: JsonText[] = [];
    let from = 0;
    for (let at = 0; at < more.length; at += 1) {
      const code = more.charCodeAt(at);
      if (code === LF) line += 1;
      if (inString) {
        if (escaped) escaped = false;
        else if (code === BACKSLASH) escaped = true;
        else if (code === QUOTE) inString = false;
        continue;
      }
      if (depth < 0) {
        const char = more[at]!;
        if (char === '[' && !inArray) inArray = true;
        else if (char === ']' && inArray) inArray = false;
        else if (!/[\s,\u{feff}]/u.test(char)) {
          depth = 0;
          startLine = line;
          from = at;
        }
      }
      if (depth < 0) continue;
      if (code === QUOTE) inString = true;
      else if (code === 123 || code === 91) depth += 1;
      else if (code === 125 || code === 93) depth -= 1;
      // A bare value, as 12 or null, ends before a comma, a line end or the array's end.
      const ended = depth === 0 && (code === 125 || code === 93);
      const cut = !ended && (depth < 0 || (depth === 0 && (code === 44 || code === LF)));
      if (!ended && !cut) continue;
      if (code === 93 && depth < 0) inArray = false;
      found.push({ line: startLine, text: text + more.slice(from, ended ? at + 1 : at) });
      text = '';
      depth = -1;
    }
    if (depth >= 0) text += more.slice(from);
    if (text.length > LIMITS.recordBytesMax)
      throw new InputError('too-large', `an element of more than ${LIMITS.recordBytesMax} bytes`, startLine);
    return found;
  }

  function end(): JsonText[] {
    if (depth < 0) return [];
    if (depth === 0 && !inString) return [{ line: startLine, text }];
    const problem = { reason: 'not-json', message: `an element that does not end: ${excerpt(text)}` } as const;
    return [{ line: startLine, text: '', problem }];
  }

  return { push, end };
}
