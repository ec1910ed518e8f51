/**
 * Key of a source's hash: `tidewatch:{pump-17}`. The name stands in braces, Redis's hash tag, so that whatever is kept of a
 * source lies in one slot of a cluster. Signs that would end the tag, or that a shell or log cannot show, are written as
 * `%`, code point and `;`. Different names always have different keys.
 */
export function sourceKey(prefix: string, source: string): string {
  return `${prefix}:{${source.replace(UNSAFE, (sign) => `%${sign.codePointAt(0)!.toString(16)};`)}}`;
}

const UNSAFE = /[%{}\s\p{Cc}\p{Cf}\p{Surrogate}]/gu;
