import type { DataPoint } from '../../domain/data-point';
import type { Head } from './merged';
import { RecordBytes, recordBytes } from './point-record';
import type { GroupHeader, RunSink } from './sorted-run';
import type { SpillFile } from './spill-file';

/** Before each group: bytes of its header (u32), bytes of its records (u48). */
const LENGTHS_BYTES = 10;
/** More than any record has: 256 values, 255 digits. */
const RECORD_BYTES_MAX = 4_096;

/** Where a run lies in the file. */
export interface RunExtent {
  readonly from: number;
  readonly to: number;
}

/** Writes a run: its groups, each a header in JSON and its records. */
export class RunWriter implements RunSink {
  private used = 0;
  private written = 0;

  constructor(
    private readonly file: SpillFile,
    private readonly buffer: Buffer,
  ) {}

  begin({ source, shard, layouts }: GroupHeader, bytes: number): void {
    const header = Buffer.from(JSON.stringify({ source, shard, layouts }));
    const lengths = Buffer.alloc(LENGTHS_BYTES);
    lengths.writeUInt32BE(header.length);
    lengths.writeUIntBE(bytes, 4, 6);
    this.record(lengths, 0, lengths.length);
    this.record(header, 0, header.length);
  }

  record(bytes: Buffer, from: number, to: number): void {
    if (this.used + to - from > this.buffer.length) this.flush();
    if (to - from > this.buffer.length) this.put(bytes.subarray(from, to));
    else this.used += bytes.copy(this.buffer, this.used, from, to);
  }

  /** @returns bytes of the whole run */
  close(): number {
    this.flush();
    return this.written;
  }

  private flush(): void {
    this.put(this.buffer.subarray(0, this.used));
    this.used = 0;
  }

  private put(bytes: Buffer): void {
    this.file.append(bytes);
    this.written += bytes.length;
  }
}

/** Reads a run group by group, ahead by some bytes. */
export class RunReader implements Head {
  /** Of the group it stands at. */
  source = '';
  private header!: GroupHeader;
  private recordsFrom = 0;
  private recordsTo = 0;
  private readonly ahead: Buffer;
  private aheadFrom = 0;
  private aheadTo = 0;

  /** @param aheadBytes at least {@link RECORD_BYTES_MAX} */
  constructor(
    private readonly file: SpillFile,
    private readonly extent: RunExtent,
    aheadBytes: number,
  ) {
    this.ahead = Buffer.allocUnsafeSlow(aheadBytes);
    this.recordsTo = extent.from;
    this.advance();
  }

  /** To the next group. */
  advance(): boolean {
    const at = this.recordsTo;
    if (at >= this.extent.to) return false;
    const lengths = this.bytes(at, LENGTHS_BYTES);
    const headerBytes = lengths.readUInt32BE(0);
    const recordsBytes = lengths.readUIntBE(4, 6);
    this.recordsFrom = at + LENGTHS_BYTES + headerBytes;
    this.recordsTo = this.recordsFrom + recordsBytes;
    this.header = JSON.parse(this.bytes(at + LENGTHS_BYTES, headerBytes).toString()) as GroupHeader;
    this.source = this.header.source;
    return true;
  }

  /** The records of the group it stands at; they stay readable when it goes on. */
  group(): GroupCursor {
    const size = Math.min(this.recordsTo - this.recordsFrom, this.ahead.length);
    return new GroupCursor(this, this.header, this.recordsFrom, this.recordsTo, new RecordBytes(size));
  }

  /** A view, valid until the next call; of more than is read ahead, a copy. */
  bytes(from: number, length: number): Buffer {
    if (from < this.aheadFrom || from + length > this.aheadTo) {
      if (length > this.ahead.length) {
        const whole = Buffer.allocUnsafe(length);
        this.file.read(whole, from);
        return whole;
      }
      this.aheadFrom = from;
      this.aheadTo = from + this.file.read(this.ahead, from);
    }
    return this.ahead.subarray(from - this.aheadFrom, from - this.aheadFrom + length);
  }
}

/** Stands at a record of a group. */
export class GroupCursor implements Head {
  private at = 0;
  private end = 0;
  private known: string | undefined;

  constructor(
    private readonly run: RunReader,
    private readonly header: GroupHeader,
    /** Where the bytes at hand lie in the file. */
    private from: number,
    private readonly to: number,
    private readonly records: RecordBytes,
  ) {
    this.load();
  }

  get shard(): string {
    return this.header.shard;
  }

  get sequence(): string {
    this.known ??= this.records.sequence(this.at);
    return this.known;
  }

  get index(): number {
    return this.records.index(this.at);
  }

  get arrival(): number {
    return this.records.arrival(this.at);
  }

  get point(): DataPoint {
    const { records, at, header } = this;
    return records.point(at, header.source, header.layouts[records.layout(at)]!);
  }

  advance(): boolean {
    const { records, header } = this;
    this.known = undefined;
    this.at += recordBytes(records.bytes[this.at]!, header.layouts[records.layout(this.at)]!.names.length);
    if (this.from + this.at >= this.to) return false;
    if (this.at + RECORD_BYTES_MAX > this.end) this.load();
    return true;
  }

  /** Takes the bytes from where it stands on. */
  private load(): void {
    if (this.from + this.end >= this.to && this.end > 0) return;
    this.from += this.at;
    this.at = 0;
    this.end = Math.min(this.records.bytes.length, this.to - this.from);
    this.run.bytes(this.from, this.end).copy(this.records.bytes);
  }
}
