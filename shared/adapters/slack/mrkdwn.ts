import { cutTo } from '../../alerting/words/one-line';

/**
 * Text of unknown origin inside Slack's markup: what could become a mention, a link or an entity is shown as it is. Length may
 * grow fivefold.
 */
export function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character]!);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escaped, and at most so long when escaped, with an ellipsis; never through an entity. */
export function escapedTo(text: string, charsMax: number): string {
  const whole = escaped(text);
  if (whole.length <= charsMax) return whole;
  let kept = '';
  for (const character of text) {
    const next = escaped(character);
    if (kept.length + next.length > charsMax - 1) break;
    kept += next;
  }
  return `${kept}…`;
}

/** A link. What would end it early in the address is percent-encoded. */
export function link(url: string, name: string): string {
  const address = url.replace(/[|<>\s]/g, (character) => encodeURIComponent(character)).replaceAll('&', '&amp;');
  return `<${address}|${escapedTo(cutTo(name, 100).replaceAll('|', '¦'), 200)}>`;
}

/** A moment in the reader's own zone; `fallback` where that cannot be shown. */
export function localTime(ms: number, fallback: string): string {
  return `<!date^${Math.floor(ms / 1_000)}^{date_short_pretty} {time}|${fallback}>`;
}
