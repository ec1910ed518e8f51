/**
 * A number in [0, 2³²) that looks random and follows from what it is given: FNV-1a over the text, then the finisher of
 * MurmurHash3, since texts that differ at their end alone give FNV values close together.
 *
 * @see Fowler, Noll, Vo (IETF draft-eastlake-fnv); Appleby, MurmurHash3 fmix32
 */
export function sampleHash(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part}\u0000`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Uniform in (0, 1), as {@link sampleHash}. */
export function uniformOf(...parts: readonly (string | number)[]): number {
  return (sampleHash(...parts) + 0.5) / 2 ** 32;
}

/** Standard normal, as {@link sampleHash} (Box and Muller). */
export function normalOf(...parts: readonly (string | number)[]): number {
  return Math.sqrt(-2 * Math.log(uniformOf(...parts, 'r'))) * Math.cos(2 * Math.PI * uniformOf(...parts, 'a'));
}
