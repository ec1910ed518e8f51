/**
 * Text of unknown origin made harmless for a terminal: control characters, direction marks and other invisible characters
 * become �, runs of combining marks are cut short. Names are data; they must not colour, erase or reorder the screen.
 */
export function plainText(text: string): string {
  return text.replace(INVISIBLE, '\ufffd').replace(MARK_RUN, '$1');
}

/**
 * Columns that plain text takes on a terminal: 0 for combining marks, 2 for East Asian wide characters and emoji, else 1.
 * Terminals differ on the rarer ones, so what is built on this allows an error of a column.
 */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Cut to so many columns, with an ellipsis where something was lost. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let result = '';
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    result += character;
  }
  return columns < 1 ? '' : `${result}…`;
}

/** Filled with spaces to so many columns, or cut to them. */
export function pad(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const shown = cut(text, columns);
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(shown)));
  return side === 'left' ? shown + spaces : spaces + shown;
}

// Controls (line breaks too), format characters (direction marks, joiners, zero widths), line separators, private use, lone surrogates.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;
const MARK_RUN = /(\p{M}{2})\p{M}+/gu;
const MARK = /\p{M}/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  return MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
