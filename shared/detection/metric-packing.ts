import { FULL_BYTES, HEAD_BYTES, VERSION } from './metric-layout';
import { createMetricState, type MetricState } from './metric-state';
import { slabBytes } from './slab';

/** First byte of a packed state; of one that is not packed it is the version of the layout. */
export const PACKED_VERSION = 2;

const HEAD_WORDS = HEAD_BYTES / 4;
/** Behind the head: how many words the layout has from there on. */
const COUNT_BYTES = 2;
const MASK_AT = HEAD_BYTES + COUNT_BYTES;

const mask = new Uint8Array(Math.ceil((FULL_BYTES / 4 - HEAD_WORDS) / 8));
const words = new Uint32Array(FULL_BYTES / 4 + 1);
const wordBytes = new Uint8Array(words.buffer);

/**
 * A state at rest without its zeros: half of a young series' memory is empty, and a tenth of an old one's. The head stays as it is, so
 * that episodes are found without unpacking; then the number of words of four bytes that follow in the layout, a bit for each that is
 * not zero, lowest first, and these words. Undefined where that would not be shorter. O(bytes), some 2 µs.
 */
export function packMetric({ bytes, u32 }: MetricState): Uint8Array | undefined {
  const count = u32.length - HEAD_WORDS;
  const maskBytes = Math.ceil(count / 8);
  let kept = 0;
  for (let at = 0; at < maskBytes; at++) {
    let bits = 0;
    const first = HEAD_WORDS + 8 * at;
    const end = Math.min(8, u32.length - first);
    for (let bit = 0; bit < end; bit++) {
      const word = u32[first + bit]!;
      // Written in any case and passed over if it is zero: a branch would be guessed wrong half of the time.
      words[kept] = word;
      const isKept = word === 0 ? 0 : 1;
      kept += isKept;
      bits |= isKept << bit;
    }
    mask[at] = bits;
  }
  const wordsAt = MASK_AT + maskBytes;
  if (wordsAt + 4 * kept >= bytes.length) return undefined;
  const packed = slabBytes(wordsAt + 4 * kept);
  packed.set(bytes.subarray(0, HEAD_BYTES));
  packed[VERSION] = PACKED_VERSION;
  packed[HEAD_BYTES] = count & 0xff;
  packed[HEAD_BYTES + 1] = count >> 8;
  packed.set(mask.subarray(0, maskBytes), MASK_AT);
  packed.set(wordBytes.subarray(0, 4 * kept), wordsAt);
  return packed;
}

/**
 * The state that was packed, in the present layout: words of a later one are left out, words that an earlier one did not have are
 * zero. Undefined for bytes that no packing gave. O(bytes).
 *
 * @param version of the layout
 */
export function unpackMetric(saved: Uint8Array, version: number): MetricState | undefined {
  if (saved.length < MASK_AT) return undefined;
  const count = saved[HEAD_BYTES]! | (saved[HEAD_BYTES + 1]! << 8);
  const wordsAt = MASK_AT + Math.ceil(count / 8);
  const room = saved.length - wordsAt;
  if (room < 0) return undefined;
  const state = createMetricState(FULL_BYTES);
  const { bytes, u32 } = state;
  bytes.set(saved.subarray(0, HEAD_BYTES));
  bytes[VERSION] = version;
  // The bytes given may begin anywhere; words are read where words can lie.
  wordBytes.set(saved.subarray(wordsAt, wordsAt + wordBytes.length));
  let taken = 0;
  for (let at = MASK_AT; at < wordsAt; at++) {
    const first = HEAD_WORDS + 8 * (at - MASK_AT);
    for (let bits = saved[at]!; bits !== 0; bits &= bits - 1) {
      const word = first + 31 - Math.clz32(bits & -bits);
      if (word < u32.length) u32[word] = words[taken]!;
      taken++;
    }
  }
  return 4 * taken === room ? state : undefined;
}
