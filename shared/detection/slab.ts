/** Memory is taken from the system for so many bytes at once: a buffer of its own costs a few bytes several microseconds. */
const SLAB_BYTES = 65_536;
/** The widest numbers that are read in place. */
const ALIGNMENT = 8;
let slab = new ArrayBuffer(0);
let taken = 0;

/**
 * Fresh bytes, all zero, that begin where numbers of any width can lie. For what lives as long as a batch: a few that are kept
 * longer keep the memory of all that were taken with them.
 */
export function slabBytes(length: number): Uint8Array {
  if (length > SLAB_BYTES) return new Uint8Array(length);
  if (taken + length > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_BYTES);
    taken = 0;
  }
  const bytes = new Uint8Array(slab, taken, length);
  taken += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  return bytes;
}
