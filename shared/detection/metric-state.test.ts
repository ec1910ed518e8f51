import { createMetricState, releaseMetricState } from './metric-state';
import { dailyWave, open, run } from './series.factory';
import { slabBytes } from './slab';

describe('memory that was given back', () => {
  it('is empty for whoever gets it next, and nobody else has it', () => {
    const length = 4_096;
    const first = createMetricState(length);
    first.bytes.fill(0xff);
    releaseMetricState(first);
    const [second, third] = [createMetricState(length), createMetricState(length)];
    expect(second).toBe(first);
    expect(second.bytes.every((byte) => byte === 0)).toBe(true);
    third.u8[0] = 1;
    expect(second.u8[0]).toBe(0);
  });

  it('leaves what was saved of a source as it was, and what comes after it untouched', () => {
    const wave = dailyWave(300, 7, 200);
    const detector = open();
    run(detector, wave.slice(0, 200));
    const saved = detector.encode();
    const copy = new Map([...saved].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
    detector.close();
    const other = open();
    run(other, wave.slice(50, 250));
    expect(saved).toEqual(copy);
    const untouched = open();
    run(untouched, wave.slice(50, 250));
    expect(other.encode()).toEqual(untouched.encode());
  });
});

describe('bytes of a slab', () => {
  it.each([1, 7, 8, 65_536, 65_537])('are fresh and begin where any number can: %i of them', (length) => {
    const [one, other] = [slabBytes(length), slabBytes(length)];
    expect([one.length, one.byteOffset % 8, other.byteOffset % 8]).toEqual([length, 0, 0]);
    one.fill(1);
    expect(other.every((byte) => byte === 0)).toBe(true);
  });
});
