import fc from 'fast-check';
import { commonBeginning } from './beginning';
import { decodeMetric, encodeMetric, newMetric, STATE_VERSION } from './metric-codec';
import { FULL_BYTES, HEAD_BYTES, VERSION } from './metric-layout';
import { PACKED_VERSION, packMetric, unpackMetric } from './metric-packing';
import { createMetricState, type MetricState } from './metric-state';

describe('a packed state', () => {
  it('comes back to the bit, wherever its bytes lie', () => {
    const word = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffffffff) });
    const states = fc.array(word, { minLength: FULL_BYTES / 4, maxLength: FULL_BYTES / 4 });
    fc.assert(
      fc.property(states, fc.nat(9), (words, offset) => {
        const state = stateOf(words);
        const packed = packMetric(state);
        fc.pre(packed !== undefined);
        const moved = new Uint8Array(offset + packed!.length);
        moved.set(packed!, offset);
        expect(unpackMetric(moved.subarray(offset), STATE_VERSION)?.bytes).toEqual(state.bytes);
      }),
      { numRuns: 50, seed: 4 },
    );
  });

  it('keeps a zero that has a sign', () => {
    const state = stateOf([]);
    state.f32[300] = -0;
    expect(Object.is(unpackMetric(packMetric(state)!, STATE_VERSION)!.f32[300], -0)).toBe(true);
  });

  it('is less than half as long for a metric that has seen nothing, and its head is as it was', () => {
    const state = newMetric(commonBeginning());
    const packed = encodeMetric(state);
    expect(packed.length).toBeLessThan(FULL_BYTES / 2);
    expect(packed[VERSION]).toBe(PACKED_VERSION);
    expect(packed.subarray(1, HEAD_BYTES)).toEqual(state.bytes.subarray(1, HEAD_BYTES));
    expect(decodeMetric(packed)!.bytes).toEqual(state.bytes);
  });

  it('is not made where it would not be shorter; the state is then kept as it is', () => {
    const state = stateOf(Array.from({ length: FULL_BYTES / 4 }, () => 0x01010101));
    expect(packMetric(state)).toBeUndefined();
    expect(encodeMetric(state)).toEqual(state.bytes);
    expect(decodeMetric(encodeMetric(state))!.bytes).toEqual(state.bytes);
  });

  it('of a later layout is read as far as it is known', () => {
    const state = newMetric(commonBeginning());
    const packed = packMetric(state)!;
    const count = (FULL_BYTES - HEAD_BYTES) / 4;
    const wordsAt = HEAD_BYTES + 2 + Math.ceil(count / 8);
    // 16 words more, all of them in use.
    const later = [...packed.subarray(0, wordsAt), 0xff, 0xff, ...packed.subarray(wordsAt), ...new Array(64).fill(9)];
    later[HEAD_BYTES] = (count + 16) & 0xff;
    later[HEAD_BYTES + 1] = (count + 16) >> 8;
    expect(count % 8).toBe(0);
    expect(unpackMetric(Uint8Array.from(later), STATE_VERSION)!.bytes).toEqual(state.bytes);
  });

  it.each<[string, (packed: Uint8Array) => Uint8Array]>([
    ['ends in its head', (packed) => packed.subarray(0, HEAD_BYTES - 1)],
    ['ends among its bits', (packed) => packed.subarray(0, HEAD_BYTES + 20)],
    ['ends among its words', (packed) => packed.subarray(0, -4)],
    ['has bytes left', (packed) => Uint8Array.of(...packed, 0)],
  ])('that %s is none', (_, damaged) => {
    expect(decodeMetric(damaged(encodeMetric(newMetric(commonBeginning()))))).toBeUndefined();
  });
});

function stateOf(words: readonly number[]): MetricState {
  const state = createMetricState(FULL_BYTES);
  state.u32.set(words);
  state.bytes[VERSION] = STATE_VERSION;
  return state;
}
