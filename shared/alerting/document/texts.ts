import { RE2JS } from 're2js';
import { matchesPattern } from '../../domain/settings';

/** What a text must be, as people write it: see {@link readText}. */
export type TextPattern = string | { readonly equals: string } | readonly (string | { readonly equals: string })[];

export type TextTest = (text: string) => boolean;

const EXPRESSION_CHARS_MAX = 500;

/**
 * `pump-17` is that text; `pump-*` any that fits, `*` standing for any run of characters; `/pump-\d+/` an expression in RE2's
 * language that must fit the whole text; `!` before any of them says the opposite; a list says any of them; and
 * `{"equals":"…"}` takes a text as it is, whatever characters are in it. Expressions take time linear in the text, so that
 * no name that arrives from outside can hold up a function.
 *
 * @throws {RangeError} for an expression that RE2 does not know, in words for who wrote it
 */
export function readText(pattern: TextPattern): TextTest {
  if (typeof pattern === 'string') return readString(pattern);
  if (isLiteral(pattern)) {
    const { equals } = pattern;
    return (text) => text === equals;
  }
  const tests = pattern.map(readText);
  return (text) => tests.some((test) => test(text));
}

/** As it is said of a mismatch: `is not pump-*`. */
export function textWords(pattern: TextPattern): string {
  if (typeof pattern === 'string') return pattern;
  if (isLiteral(pattern)) return JSON.stringify(pattern.equals);
  return pattern.map(textWords).join(' or ');
}

function isLiteral(pattern: TextPattern): pattern is { readonly equals: string } {
  return typeof pattern === 'object' && 'equals' in pattern;
}

function readString(pattern: string): TextTest {
  if (pattern.startsWith('!')) {
    const test = readString(pattern.slice(1));
    return (text) => !test(text);
  }
  if (pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')) return readExpression(pattern);
  if (pattern.includes('*')) return (text) => matchesPattern(pattern, text);
  return (text) => text === pattern;
}

function readExpression(pattern: string): TextTest {
  const source = pattern.slice(1, -1);
  if (source.length > EXPRESSION_CHARS_MAX)
    throw new RangeError(`an expression has at most ${EXPRESSION_CHARS_MAX} characters, this one ${source.length}`);
  try {
    const expression = RE2JS.compile(source);
    return remembering((text) => expression.testExact(text));
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message.replace('error parsing regexp: ', '') : 'unreadable';
    throw new RangeError(
      `${pattern} is no expression of RE2 (${problem}); it has no look-around and no back-references, and a text without the slashes is taken as it is`,
      { cause },
    );
  }
}

const REMEMBERED_MAX = 4_096;

/** Names come again and again; what an expression said of one is kept, of so many names at most. */
function remembering(test: TextTest): TextTest {
  const known = new Map<string, boolean>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) {
      answer = test(text);
      if (known.size >= REMEMBERED_MAX) known.clear();
      known.set(text, answer);
    }
    return answer;
  };
}
