import { gunzipSync } from 'node:zlib';
import { type DataPoint, NameSchema } from '../domain/data-point';
import { LIMITS } from '../domain/limits';
import type { Redriven } from '../domain/redriven';
import { decodeBody, isGzip } from './body';
import type { StreamEntry } from './records';
import { redrivenOf, redrivenRecord } from './redriven-record';

/** A record that was set aside, whole or in part. */
export interface SetAside extends Pick<Redriven, 'stream' | 'shard' | 'sequence' | 'arrival' | 'reason'> {
  /** As it came. */
  readonly body: Uint8Array;
  /** Which of its elements are to be put again; absent: all. */
  readonly elements?: ReadonlySet<number>;
}

/** A record is larger than a stream takes, with its mark around it. */
export class TooLargeAgain extends Error {
  override readonly name = 'TooLargeAgain';
}

/** Base64 takes four bytes for three; the rest is for the mark and the key. */
const BODY_BYTES_MAX = 700_000;

/**
 * Records that put it on the stream again, marked and keyed by source as a producer should. Elements that can be read are put
 * as points, so that one record has one source; others as they came, since another version may read them. What was redriven
 * before keeps where it came first.
 *
 * @throws {TooLargeAgain} if a part that cannot be read does not fit into a record
 */
export function redriveEntries(aside: SetAside): StreamEntry[] {
  const again = redrivenOf(aside.body);
  const { stream, shard, sequence, arrival } = again?.redriven ?? aside;
  const mark: Redriven = {
    attempt: (again?.redriven.attempt ?? 0) + 1,
    reason: aside.reason,
    ...{ stream, shard, sequence, arrival },
  };
  const { points, rejections } = decodeBody(aside.body, arrival);
  const isWanted = ({ index }: { readonly index: number }) => aside.elements?.has(index) ?? true;
  const unread = rejections.filter(isWanted);
  const entries = bySource(points.filter(isWanted)).map(({ source, elements, text }) =>
    entryOf({ ...mark, elements }, Buffer.from(text), source),
  );
  if (unread.length === 0) return entries;
  const plain = again?.body ?? aside.body;
  const known = again?.redriven.elements;
  const values = valuesOf(plain);
  for (const { index, reason } of unread) {
    const value = reason === 'invalid-field' ? values?.[known?.indexOf(index) ?? index] : undefined;
    // Of a record that is not made of JSON elements, or that was refused as one, only the whole can be put again.
    if (value === undefined)
      return [...entries, entryOf({ ...mark, ...(known === undefined ? {} : { elements: known }) }, plain, undefined)];
    entries.push(entryOf({ ...mark, elements: [index] }, Buffer.from(JSON.stringify(value)), sourceOf(value)));
  }
  return entries;
}

/** The entry of a record that is marked already, keyed as {@link redriveEntries} does. */
export function redrivenEntry(data: Uint8Array): StreamEntry {
  const [first] = decodeBody(data).points;
  const { redriven, body } = redrivenOf(data)!;
  return { partitionKey: first?.point.source ?? sourceOf(valuesOf(body)?.[0]) ?? redriven.sequence, data };
}

/** The source that an element names, as far as it can be told of one that is not a data point. */
export function sourceOf(value: unknown): string | undefined {
  const { source } = (typeof value === 'object' && value !== null ? value : {}) as { source?: unknown };
  return NameSchema.safeParse(source).data;
}

/** Elements of JSON text, gzip or not; undefined where a record holds no such text, or one element of it is no JSON. */
export function valuesOf(body: Uint8Array): readonly unknown[] | undefined {
  try {
    const plain = isGzip(body) ? gunzipSync(body, { maxOutputLength: LIMITS.decompressedBytesMax }) : body;
    const text = Buffer.from(plain).toString('utf8');
    try {
      const whole: unknown = JSON.parse(text);
      return Array.isArray(whole) ? whole : [whole];
    } catch {
      const lines = text.split('\n').filter((line) => line.trim() !== '');
      return lines.map((line): unknown => JSON.parse(line));
    }
  } catch {
    return undefined;
  }
}

interface Part {
  readonly source: string;
  readonly elements: number[];
  text: string;
}

function bySource(points: readonly { readonly index: number; readonly point: DataPoint }[]): readonly Part[] {
  const parts: Part[] = [];
  const open = new Map<string, Part>();
  for (const { index, point } of points) {
    const text = JSON.stringify(point);
    const part = open.get(point.source);
    // A character has at most three bytes.
    if (part === undefined || 3 * (part.text.length + text.length) > BODY_BYTES_MAX) {
      const next = { source: point.source, elements: [index], text };
      open.set(point.source, next);
      parts.push(next);
      continue;
    }
    part.elements.push(index);
    part.text += `\n${text}`;
  }
  return parts;
}

function entryOf(redriven: Redriven, body: Uint8Array, source: string | undefined): StreamEntry {
  const data = redrivenRecord({ redriven, body });
  const partitionKey = source ?? redriven.sequence;
  if (data.length + Buffer.byteLength(partitionKey) > LIMITS.recordBytesMax)
    throw new TooLargeAgain(
      `record ${redriven.sequence} has ${body.length} bytes and does not fit into a record again`,
    );
  return { partitionKey, data };
}
