/** Field of a source's state that says that its memory was lost and is being filled again. */
export const WARMING_FIELD = 'warming';

export interface WarmingMark {
  /** Data points until its scores count as before. */
  readonly left: number;
  /** There was no time or answer to look for its stored rows: the next batch tries. */
  readonly isPending: boolean;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Undefined when the source is not warming. What cannot be read counts as that: the mark is for people only. */
export function decodeMark(saved: Uint8Array | undefined): WarmingMark | undefined {
  if (saved === undefined || saved.length === 0) return undefined;
  const [, left, pending] = /^(\d{1,9})(\?)?$/.exec(decoder.decode(saved)) ?? [];
  return left === undefined ? undefined : { left: Number(left), isPending: pending !== undefined };
}

/** Empty once nothing is left: a field is never removed from a state, only written. */
export function encodeMark({ left, isPending }: WarmingMark): Uint8Array {
  return encoder.encode(left > 0 ? `${left}${isPending ? '?' : ''}` : '');
}
