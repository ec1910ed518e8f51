import type { FailedBatch } from '../../../shared/adapters/failed-batches';
import type { KeptObject, Window } from '../../../shared/adapters/quarantine-archive';
import { readDuration } from '../../../shared/alerting/document/durations';
import { REJECTION_REASONS } from '../../../shared/domain/data-point';
import type { QuarantineObject } from '../../../shared/domain/rows';
import { decodeBody } from '../../../shared/runtime/body';
import type { SetAside } from '../../../shared/runtime/redrive-entries';
import { sourceOf, valuesOf } from '../../../shared/runtime/redrive-entries';
import { redrivenOf } from '../../../shared/runtime/redriven-record';
import { UsageError } from '../exit-codes';
import type { SetAsidePlace } from './place';

/** Which of what was set aside is meant. */
export interface SelectFlags {
  readonly reason?: string;
  readonly field?: string;
  readonly source?: string;
  readonly since?: string;
  /** Also what was redriven already. */
  readonly all?: boolean;
}

/** Objects of one record that are meant, with its body where that was kept. */
export interface SelectedRecord {
  readonly objects: readonly KeptObject[];
  readonly body: Uint8Array | undefined;
  /** By element: the source that it names, where that can be told. */
  readonly sources: ReadonlyMap<number, string>;
}

/** @throws {UsageError} for a reason that there is not, or a time that is none */
export function windowOf({ reason, since }: SelectFlags, now: number): Window {
  if (reason !== undefined && !REJECTION_REASONS.some((known) => known === reason))
    throw new UsageError(`there is no reason ${reason}; there are ${REJECTION_REASONS.join(', ')}`);
  if (since === undefined) return { until: now };
  const ms = readDuration(since);
  const at = ms === undefined ? Date.parse(since) : now - ms;
  if (Number.isNaN(at)) throw new UsageError(`--since: "${since}" is neither a duration (2h, 7d) nor a time`);
  return { since: at, until: now };
}

/** Records of quarantine that are meant, one at a time. What comes while it reads is left out: nothing goes round. */
export async function* selectedRecords(
  { archive }: SetAsidePlace,
  flags: SelectFlags,
  now: number,
): AsyncGenerator<SelectedRecord> {
  for await (const objects of byRecord(archive.read(windowOf(flags, now)))) {
    const body = bodyOf(objects.map(({ object }) => object));
    const sources = body === undefined ? new Map<number, string>() : sourcesOf(body, objects[0]!.object.arrival);
    const isMeant = ({ object, redrivenAt }: KeptObject) =>
      (flags.all === true || redrivenAt === undefined) &&
      (flags.reason ?? object.reason) === object.reason &&
      (flags.field === undefined || flags.field === object.field) &&
      (flags.source === undefined || elementsOf(object).some((index) => flags.source === sources.get(index)));
    const meant = objects.filter(isMeant);
    if (meant.length > 0) yield { objects: meant, body, sources };
  }
}

/**
 * Batches that were given up, with those of their records that are meant. They have no reason or field, so none is meant by one;
 * a source is that of a partition key.
 */
export async function* selectedBatches(
  { failed }: SetAsidePlace,
  flags: SelectFlags,
  now: number,
): AsyncGenerator<FailedBatch> {
  const { source, all, reason, field } = flags;
  if (reason !== undefined || field !== undefined) return;
  for await (const batch of failed.read(windowOf(flags, now))) {
    const records = batch.records.filter(
      ({ partitionKey, redrivenAt }) =>
        (all === true || redrivenAt === undefined) && (source === undefined || source === partitionKey),
    );
    if (records.length > 0) yield { ...batch, records };
  }
}

/** What of a record is to be put again. */
export function setAsideOf({ objects, body }: SelectedRecord & { readonly body: Uint8Array }): SetAside {
  const { stream, shard, sequence, arrival } = objects[0]!.object;
  const reasons = objects.map(({ object }) => object.reason);
  // What the store refused was learnt already: with this reason it is stored although it was seen before.
  const reason = reasons.includes('not-storable') ? 'not-storable' : reasons[0]!;
  return {
    stream,
    shard,
    sequence,
    arrival,
    reason,
    body,
    elements: new Set(objects.flatMap(({ object }) => elementsOf(object))),
  };
}

function elementsOf({ index, elements }: QuarantineObject): readonly number[] {
  return elements ?? [index];
}

async function* byRecord(kept: AsyncIterable<KeptObject>): AsyncGenerator<KeptObject[]> {
  let group: KeptObject[] = [];
  for await (const one of kept) {
    const last = group.at(-1)?.object;
    if (last !== undefined && !isOfOneRecord(last, one.object)) {
      yield group;
      group = [];
    }
    group.push(one);
  }
  if (group.length > 0) yield group;
}

function isOfOneRecord(a: QuarantineObject, b: QuarantineObject): boolean {
  return a.sequence === b.sequence && a.shard === b.shard && a.stream === b.stream;
}

/** The first object of a record bears its body; undefined where that was cut, or left out since the day's file was full. */
function bodyOf(objects: readonly QuarantineObject[]): Uint8Array | undefined {
  const first = objects.find(({ body }) => body !== '');
  return first === undefined || first.truncated ? undefined : Buffer.from(first.body, 'base64');
}

function sourcesOf(body: Uint8Array, arrival: number): ReadonlyMap<number, string> {
  const sources = new Map<number, string>();
  const { points, rejections } = decodeBody(body, arrival);
  for (const { index, point } of points) sources.set(index, point.source);
  const again = redrivenOf(body);
  const values = valuesOf(again?.body ?? body);
  for (const { index } of rejections) {
    const source = sourceOf(values?.[again?.redriven.elements?.indexOf(index) ?? index]);
    if (source !== undefined) sources.set(index, source);
  }
  return sources;
}
