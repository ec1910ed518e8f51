/**
 * Reading and writing of binary state by one and the same walk: each part of the detector has a method that passes its
 * fields in a fixed order to a {@link StateFields}, which either writes them or gives back what was written. So reader and
 * writer cannot drift apart. Little-endian on every platform.
 */
export interface StateFields {
  /** Float64. */
  number(value: number): number;
  /** Whole number in [0, 2³²). */
  count(value: number): number;
  float32s(array: Float32Array): void;
  float64s(array: Float64Array): void;
  bytes(array: Uint8Array, length: number): void;
  /** Float32 numbers of which many are 0: a bit each, and those that are not. */
  sparseFloat32s(array: Float32Array): void;
}

/** Grows as it is written to. */
export class StateWriter implements StateFields {
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  number(value: number): number {
    const at = this.grow(8);
    this.view.setFloat64(at, value, true);
    return value;
  }

  count(value: number): number {
    const at = this.grow(4);
    this.view.setUint32(at, value, true);
    return value;
  }

  float32s(array: Float32Array): void {
    const at = this.grow(4 * array.length);
    for (let i = 0; i < array.length; i++) this.view.setFloat32(at + 4 * i, array[i]!, true);
  }

  float64s(array: Float64Array): void {
    const at = this.grow(8 * array.length);
    for (let i = 0; i < array.length; i++) this.view.setFloat64(at + 8 * i, array[i]!, true);
  }

  bytes(array: Uint8Array, length: number): void {
    const at = this.grow(length);
    for (let i = 0; i < length; i++) this.buffer[at + i] = array[i]!;
  }

  sparseFloat32s(array: Float32Array): void {
    const flags = this.grow(Math.ceil(array.length / 8));
    for (let i = 0; i < array.length; i++) {
      if (array[i] === 0) continue;
      this.buffer[flags + (i >> 3)]! |= 1 << (i & 7);
      const at = this.grow(4);
      this.view.setFloat32(at, array[i]!, true);
    }
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** Room for so many bytes, all 0; gives where it begins. */
  private grow(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.buffer.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.buffer);
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** @throws {RangeError} when read past the end: the state was cut short */
export class StateReader implements StateFields {
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly buffer: Uint8Array) {
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  number(): number {
    return this.view.getFloat64(this.skip(8), true);
  }

  count(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  float32s(array: Float32Array): void {
    const at = this.skip(4 * array.length);
    for (let i = 0; i < array.length; i++) array[i] = this.view.getFloat32(at + 4 * i, true);
  }

  float64s(array: Float64Array): void {
    const at = this.skip(8 * array.length);
    for (let i = 0; i < array.length; i++) array[i] = this.view.getFloat64(at + 8 * i, true);
  }

  bytes(array: Uint8Array, length: number): void {
    const at = this.skip(length);
    for (let i = 0; i < length; i++) array[i] = this.buffer[at + i]!;
  }

  sparseFloat32s(array: Float32Array): void {
    const flags = this.skip(Math.ceil(array.length / 8));
    for (let i = 0; i < array.length; i++) {
      const present = this.buffer[flags + (i >> 3)]! & (1 << (i & 7));
      array[i] = present ? this.view.getFloat32(this.skip(4), true) : 0;
    }
  }

  get left(): number {
    return this.buffer.length - this.at;
  }

  private skip(bytes: number): number {
    const at = this.at;
    if (bytes > this.left) throw new RangeError(`relation state ends at byte ${this.buffer.length}, more was expected`);
    this.at += bytes;
    return at;
  }
}
