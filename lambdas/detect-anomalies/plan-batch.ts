import type { DataPoint, Rejection } from '../../shared/domain/data-point';
import { stableId } from '../../shared/domain/ids';
import { LIMITS } from '../../shared/domain/limits';
import type { Position } from '../../shared/domain/position';
import type { Redriven } from '../../shared/domain/redriven';
import type { QuarantineObject } from '../../shared/domain/rows';
import { type Settings, type SourceSettings, settingsFor } from '../../shared/domain/settings';
import { judgeTime } from '../../shared/domain/timeliness';
import { decodeBody } from '../../shared/runtime/body';
import type { StreamRecord } from '../../shared/runtime/kinesis';

/** A data point with its place in the stream. */
export interface PlacedPoint {
  readonly point: DataPoint;
  readonly position: Position;
  /** Of its record, epoch milliseconds. */
  readonly arrival: number;
  /** Why it was put on the stream again; absent: it comes for the first time. */
  readonly redriven?: Redriven['reason'];
}

/** What one source has in a batch. */
export interface SourceWork {
  readonly source: string;
  readonly settings: SourceSettings;
  /** In delivery order. */
  readonly points: readonly PlacedPoint[];
  /** Indices of the records that carry them, each once. */
  readonly records: readonly number[];
  /** Where series are bounded: so many of its metrics may have a memory; absent: as many as its settings say. */
  readonly metricsMax?: number;
  /** Where sources are bounded: the day on which its place was renewed last, to be noted in its state; absent: as it stands there. */
  readonly placeDay?: number;
}

export interface BatchPlan {
  readonly sources: readonly SourceWork[];
  /** What cannot be used, with the index of its record. */
  readonly quarantined: readonly { readonly record: number; readonly object: QuarantineObject }[];
}

/** Records to work, source by source. Pure; what a record holds never makes it throw. O(bytes of the batch). */
export function planBatch(records: readonly StreamRecord[], settings: Settings): BatchPlan {
  const sources = new Map<string, { settings: SourceSettings; points: PlacedPoint[]; records: number[] }>();
  const quarantined: { record: number; object: QuarantineObject }[] = [];
  const objectOf = withOneBody();
  records.forEach((record, recordIndex) => {
    const decoded = decodeBody(record.body, record.arrival);
    const reject = (rejection: Rejection) => {
      quarantined.push({ record: recordIndex, object: objectOf(record, rejection, again?.attempt) });
    };
    const again = decoded.redriven;
    decoded.rejections.forEach(reject);
    for (const { index, point } of decoded.points) {
      let work = sources.get(point.source);
      const known = work?.settings ?? settingsFor(settings, point.source, record.arrival);
      const untimely = judgeTime(point, index, again?.arrival ?? record.arrival, known);
      if (untimely !== undefined) {
        reject(untimely);
        continue;
      }
      if (work === undefined) {
        work = { settings: known, points: [], records: [] };
        sources.set(point.source, work);
      }
      const { stream, shard, sequence } = record;
      const placed = { point, position: { stream, shard, sequence, index }, arrival: record.arrival };
      work.points.push(again === undefined ? placed : { ...placed, redriven: again.reason });
      if (work.records.at(-1) !== recordIndex) work.records.push(recordIndex);
    }
  });
  return { sources: [...sources].map(([source, work]) => ({ source, ...work })), quarantined };
}

const NO_BODY = new Uint8Array();

/** {@link quarantineObject}, with the body for the first of a record alone: ten thousand bad elements must not keep it ten thousand times. */
export function withOneBody(): typeof quarantineObject {
  const kept = new Set<StreamRecord>();
  return (record, rejection, attempt) => {
    const isKept = kept.has(record);
    kept.add(record);
    const object = quarantineObject(isKept ? { ...record, body: NO_BODY } : record, rejection, attempt);
    return { ...object, truncated: object.truncated || isKept };
  };
}

/**
 * What quarantine keeps of a record of which one element cannot be used.
 *
 * @param attempt how often the record was redriven, if it was
 */
export function quarantineObject(record: StreamRecord, rejection: Rejection, attempt?: number): QuarantineObject {
  const { stream, shard, sequence, arrival, body } = record;
  const kept = body.subarray(0, LIMITS.quarantineBodyBytesMax);
  return {
    id: stableId('quarantine', stream, shard, sequence, rejection.index),
    reason: rejection.reason,
    ...(rejection.field === undefined ? {} : { field: rejection.field }),
    message: rejection.message,
    stream,
    shard,
    sequence,
    index: rejection.index,
    arrival,
    body: Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('base64'),
    truncated: kept.length < body.length,
    ...(attempt === undefined ? {} : { attempt }),
  };
}
