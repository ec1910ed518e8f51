import { type StateFields, StateReader, StateWriter } from './state-fields';

class Part {
  a = 0;
  b = 0;
  readonly dense = new Float32Array(3);
  readonly exact = new Float64Array(2);
  readonly sparse = new Float32Array(20);
  readonly raw = new Uint8Array(4);

  transfer(fields: StateFields): void {
    this.a = fields.number(this.a);
    this.b = fields.count(this.b);
    fields.float32s(this.dense);
    fields.float64s(this.exact);
    fields.sparseFloat32s(this.sparse);
    fields.bytes(this.raw, 2);
  }
}

describe('fields of a state', () => {
  const part = new Part();
  part.a = 1e-308;
  part.b = 4_294_967_295;
  part.dense.set([0.1, -0, Number.POSITIVE_INFINITY]);
  part.exact.set([0.1, 1e300]);
  part.sparse[7] = 0.5;
  part.sparse[19] = -3;
  part.raw.set([1, 255, 3, 4]);
  const writer = new StateWriter();
  part.transfer(writer);
  const bytes = writer.finish();

  it('come back to the bit', () => {
    const read = new Part();
    read.transfer(new StateReader(bytes));
    part.raw.fill(0, 2);
    expect(read).toEqual(part);
  });

  it('take no room where they are 0', () => {
    // 8 + 4 + 3·4 + 2·8 + (3 flags + 2·4) + 2
    expect(bytes.length).toBe(53);
  });

  it('come from a slice of a larger buffer, too', () => {
    const large = new Uint8Array(100);
    large.set(bytes, 13);
    const read = new Part();
    read.transfer(new StateReader(large.subarray(13, 13 + bytes.length)));
    expect(read.b).toBe(part.b);
  });

  it('are refused when cut short', () => {
    expect(() => new Part().transfer(new StateReader(bytes.slice(0, 52)))).toThrow('ends at byte 52');
  });
});
