import { cutTo, oneLine } from '../../alerting/words/one-line';

/** Shorter parts of an address are words, not secrets. */
const SECRET_CHARS_MIN = 8;
const WORDS_CHARS_MAX = 300;

/**
 * What a provider says, fit for the log: one line, cut, and without the secrets that were sent to it, which some repeat. Of a
 * secret address every longer part of path and query is taken out too.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap((secret) => [secret, ...partsOfUrl(secret)]);
  const longestFirst = [...new Set(parts)]
    .filter(({ length }) => length >= SECRET_CHARS_MIN)
    .sort((a, b) => b.length - a.length);
  let clean = text;
  for (const part of longestFirst) clean = clean.replaceAll(part, '[secret]');
  return cutTo(oneLine(clean), WORDS_CHARS_MAX);
}

function partsOfUrl(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { pathname, search, searchParams, password } = new URL(text);
  return [`${pathname}${search}`, pathname, ...pathname.split('/'), ...searchParams.values(), password].flatMap(
    (part) => [part, decoded(part)],
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
