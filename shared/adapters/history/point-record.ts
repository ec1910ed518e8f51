import type { DataPoint } from '../../domain/data-point';

/** What the points of a source mostly have in common. */
export interface Layout {
  readonly names: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A point with its place in a shard, in bytes: count of digits and digits of the sequence number (255 at most), index in the record,
 * arrival and timestamp (f64 each), number of its layout (u16), and a value (f64) for each name of the layout.
 */
const FIXED_BYTES = 1 + 8 + 8 + 8 + 2;
/** Layouts that one run of points of a shard's source can have. */
export const LAYOUTS_MAX = 65_535;

export function recordBytes(digits: number, values: number): number {
  return FIXED_BYTES + digits + 8 * values;
}

/** Bytes with their numbers. */
export class RecordBytes {
  readonly bytes: Buffer;
  private readonly view: DataView;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, size);
  }

  /** @returns where the next one goes */
  write(at: number, sequence: string, index: number, arrival: number, point: DataPoint, layout: number): number {
    const { bytes, view } = this;
    bytes[at] = sequence.length;
    bytes.write(sequence, at + 1, 'latin1');
    let next = at + 1 + sequence.length;
    view.setFloat64(next, index);
    view.setFloat64(next + 8, arrival);
    view.setFloat64(next + 16, point.timestamp);
    view.setUint16(next + 24, layout);
    next += 26;
    for (const name in point.metrics) {
      view.setFloat64(next, point.metrics[name]!);
      next += 8;
    }
    return next;
  }

  sequence(at: number): string {
    return this.bytes.toString('latin1', at + 1, at + 1 + this.bytes[at]!);
  }

  index(at: number): number {
    return this.view.getFloat64(at + 1 + this.bytes[at]!);
  }

  arrival(at: number): number {
    return this.view.getFloat64(at + 9 + this.bytes[at]!);
  }

  layout(at: number): number {
    return this.view.getUint16(at + 25 + this.bytes[at]!);
  }

  point(at: number, source: string, { names, tags }: Layout): DataPoint {
    const from = at + 1 + this.bytes[at]!;
    const metrics: Record<string, number> = Object.create(null);
    for (let k = 0; k < names.length; k++) metrics[names[k]!] = this.view.getFloat64(from + 26 + 8 * k);
    return { source, timestamp: this.view.getFloat64(from + 16), metrics, tags };
  }
}
