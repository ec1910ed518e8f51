/** Versions that were champion, the last one is; `null` stands for the built-in model, as nothing does at first. */
export type Champions = readonly (number | null)[];

/** How many champions back a rollback can go. */
export const CHAMPIONS_KEPT = 100;

/**
 * What is written down of champions, made to agree with who is champion. Where the two differ, either a promotion or rollback
 * died between writing down and doing, and the last entry is about to be or was; or somebody else has moved the champion,
 * which counts as a promotion.
 */
export function agreedChampions(written: Champions, champion: number | null): Champions {
  if ((written.at(-1) ?? null) === champion) return written;
  const before = written.slice(0, -1);
  return (before.at(-1) ?? null) === champion ? before : [...written, champion];
}
