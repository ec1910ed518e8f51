import type { DataPoint } from '../../domain/data-point';
import { comparePositions, compareSequences } from '../../domain/position';
import { LAYOUTS_MAX, type Layout, RecordBytes, recordBytes } from './point-record';

/** Points of one source from one shard, in the bytes of a run. */
interface Group {
  readonly source: string;
  readonly shard: string;
  readonly layouts: Layout[];
  readonly layoutOf: Map<string, number>;
  /** Where its records begin. */
  readonly offsets: number[];
  /** Of its records. */
  bytes: number;
  /** Did they come in order, each once? */
  isSorted: boolean;
  lastSequence: string;
  lastIndex: number;
  lastLayout: number;
}

/** What all records of a group have in common. */
export interface GroupHeader {
  readonly source: string;
  readonly shard: string;
  readonly layouts: readonly Layout[];
}

/** Takes the records of a run in order. */
export interface RunSink {
  /** @param bytes of the group's records, which follow */
  begin(group: GroupHeader, bytes: number): void;
  /** Bytes from one offset to another, valid during the call. */
  record(bytes: Buffer, from: number, to: number): void;
}

/** What a group takes beside its records, about. */
const GROUP_BYTES = 600;
const LAYOUT_BYTES = 200;

/** Points as they come, up to a size in memory; then they are given in order. */
export class SortedRun {
  private readonly records: RecordBytes;
  private readonly sources = new Map<string, Group[]>();
  private end = 0;
  private beside = 0;
  private isFull = false;

  constructor(private readonly bytesMax: number) {
    this.records = new RecordBytes(bytesMax);
  }

  get isEmpty(): boolean {
    return this.end === 0;
  }

  /**
   * @param shard stream and shard
   * @returns false if it has no room for the point any more, and did not take it
   */
  add(point: DataPoint, shard: string, sequence: string, index: number, arrival: number): boolean {
    const group = this.groupOf(point.source, shard);
    const layout = this.layoutOf(group, point);
    const size = recordBytes(sequence.length, group.layouts[layout]?.names.length ?? 0);
    if (this.isFull || this.end + size + this.beside > this.bytesMax) return false;
    const order = compareSequences(sequence, group.lastSequence) || index - group.lastIndex;
    if (order <= 0) group.isSorted = false;
    group.lastSequence = sequence;
    group.lastIndex = index;
    group.offsets.push(this.end);
    group.bytes += size;
    this.end = this.records.write(this.end, sequence, index, arrival, point, layout);
    return true;
  }

  /** Gives all of it by source and shard, in order, each once, and is empty then. */
  drain(into: RunSink): void {
    for (const source of [...this.sources.keys()].sort())
      for (const group of this.sources.get(source)!) {
        // It was made for a point that found no room.
        if (group.offsets.length === 0) continue;
        if (!group.isSorted) this.sort(group);
        into.begin(group, group.bytes);
        for (const at of group.offsets) into.record(this.records.bytes, at, at + this.sizeAt(at, group));
      }
    this.sources.clear();
    this.end = 0;
    this.beside = 0;
    this.isFull = false;
  }

  private sizeAt(at: number, { layouts }: Group): number {
    return recordBytes(this.records.bytes[at]!, layouts[this.records.layout(at)]!.names.length);
  }

  private sort(group: Group): void {
    const { records } = this;
    const keyed = group.offsets.map((at) => ({ at, sequence: records.sequence(at), index: records.index(at) }));
    keyed.sort((a, b) => comparePositions(a, b) || a.at - b.at);
    const once = keyed.filter((one, i) => i === 0 || comparePositions(keyed[i - 1]!, one) !== 0);
    group.offsets.length = 0;
    group.bytes = 0;
    for (const { at } of once) {
      group.offsets.push(at);
      group.bytes += this.sizeAt(at, group);
    }
  }

  private groupOf(source: string, shard: string): Group {
    const known = this.sources.get(source);
    const group = known?.find((one) => one.shard === shard);
    if (group !== undefined) return group;
    const made: Group = {
      ...{ source, shard, layouts: [], layoutOf: new Map(), offsets: [], bytes: 0, isSorted: true },
      ...{ lastSequence: '', lastIndex: -1, lastLayout: -1 },
    };
    this.beside += GROUP_BYTES + 2 * (source.length + shard.length);
    if (known === undefined) this.sources.set(source, [made]);
    else known.push(made);
    return made;
  }

  private layoutOf(group: Group, { metrics, tags }: DataPoint): number {
    const last = group.layouts[group.lastLayout];
    if (last !== undefined && hasNames(metrics, last.names) && isSame(tags, last.tags)) return group.lastLayout;
    const names = Object.keys(metrics);
    const text = JSON.stringify([names, tags]);
    let number = group.layoutOf.get(text);
    if (number === undefined) {
      number = group.layouts.push({ names, tags }) - 1;
      group.layoutOf.set(text, number);
      this.beside += LAYOUT_BYTES + 4 * text.length;
      if (number === LAYOUTS_MAX) this.isFull = true;
    }
    group.lastLayout = number;
    return number;
  }
}

function hasNames(metrics: Readonly<Record<string, number>>, names: readonly string[]): boolean {
  let at = 0;
  for (const name in metrics) if (name !== names[at++]) return false;
  return at === names.length;
}

function isSame(tags: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>): boolean {
  if (tags === others) return true;
  const names = Object.keys(tags);
  return names.length === Object.keys(others).length && names.every((name) => tags[name] === others[name]);
}
