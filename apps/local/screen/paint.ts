/** What a piece of text means; how it looks is decided here alone. */
export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'warning' | 'bad' | 'inverse';

/** Text in, text with or without colour out. */
export type Paint = (tone: Tone, text: string) => string;

const CODES: Record<Exclude<Tone, 'plain'>, readonly [number, number]> = {
  strong: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  bad: [31, 39],
  good: [32, 39],
  warning: [33, 39],
};

export const withoutColour: Paint = (_, text) => text;

export const withColour: Paint = (tone, text) => {
  if (tone === 'plain') return text;
  const [on, off] = CODES[tone];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/**
 * Colour only on a terminal that can and for people who want it.
 *
 * @see https://no-color.org
 */
export function choosePaint(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Paint {
  const unwanted = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return isTerminal && !unwanted ? withColour : withoutColour;
}
