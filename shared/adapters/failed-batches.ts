import { z } from 'zod';
import { stableId } from '../domain/ids';
import type { ObjectPlace } from './object-place';
import type { Window } from './quarantine-archive';

/** A batch that was given up. Times in epoch milliseconds. */
export interface FailedBatch {
  /** Its key. */
  readonly name: string;
  /** When it was given up. */
  readonly at: number;
  /** Lambda's own word for why, as RetryAttemptsExhausted. */
  readonly condition: string;
  readonly stream: string;
  readonly shard: string;
  readonly records: readonly FailedRecord[];
}

export interface FailedRecord {
  readonly sequence: string;
  readonly arrival: number;
  readonly partitionKey: string;
  readonly body: Uint8Array;
  /** When it was put on the stream again, if it was. */
  readonly redrivenAt: number | undefined;
}

export interface FailedBatches {
  /** In the order of their keys: by mapping, shard and time. One is in memory at a time. */
  read(window?: Window): AsyncGenerator<FailedBatch>;
  /** Says that these of its records were put on the stream again; the same again has no effect. */
  markRedriven(batch: Pick<FailedBatch, 'name'>, sequences: readonly string[], at: number): Promise<void>;
}

/** As Lambda writes it to an on-failure destination in S3, as far as it is used here. */
const DocumentSchema = z.object({
  requestContext: z.object({ condition: z.string() }),
  timestamp: z.string(),
  KinesisBatchInfo: z.object({ shardId: z.string(), streamArn: z.string() }),
  payload: z.string(),
});
const MarkSchema = z.object({ sequence: z.string(), at: z.number() });
const EventSchema = z.object({
  Records: z.array(
    z.object({
      kinesis: z.object({
        partitionKey: z.string(),
        sequenceNumber: z.string(),
        approximateArrivalTimestamp: z.number(),
        data: z.string(),
      }),
    }),
  ),
});

/**
 * What Lambda's mapping, or the local one, has put below `<prefix>aws/lambda/<mapping>/<shard>/…`; marks lie below `redriven/<key>/`.
 *
 * @param prefix `failed/` in a data folder, nothing in a bucket
 */
export function openFailedBatches(place: ObjectPlace, prefix: '' | 'failed/'): FailedBatches {
  const root = `${prefix}aws/lambda/`;
  return {
    async *read({ since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = {}) {
      for await (const name of place.keys(root)) {
        const at = timeOf(name);
        if (at !== undefined && (at < since || at >= until)) continue;
        const batch = batchOf(name, await whole(place, name));
        if (batch === undefined || batch.at < since || batch.at >= until) continue;
        const marks = await marksOf(place, name);
        yield { ...batch, records: batch.records.map((one) => ({ ...one, redrivenAt: marks.get(one.sequence) })) };
      }
    },
    markRedriven: ({ name }, sequences, at) =>
      place.put(
        `${marksBelow(name)}${stableId('redriven', ...sequences)}.ndjson`,
        sequences.map((sequence) => `${JSON.stringify({ sequence, at })}\n`).join(''),
      ),
  };
}

function marksBelow(name: string): string {
  return `redriven/${name}/`;
}

/** By sequence number. */
async function marksOf(place: ObjectPlace, name: string): Promise<ReadonlyMap<string, number>> {
  const marks = new Map<string, number>();
  for await (const key of place.keys(marksBelow(name))) {
    for await (const line of place.lines(key)) {
      const mark = parsed(MarkSchema, line);
      if (mark !== undefined) marks.set(mark.sequence, mark.at);
    }
  }
  return marks;
}

/** Of a key's end, `2026-11-22T13.00.00-…`, whole seconds; a batch is read for nothing where this says that it is of another day. */
function timeOf(name: string): number | undefined {
  const [, day, time] = /\/(\d{4}-\d\d-\d\d)T(\d\d\.\d\d\.\d\d)-[^/]*$/.exec(name) ?? [];
  const at = Date.parse(`${day}T${time?.replaceAll('.', ':')}Z`);
  return Number.isNaN(at) ? undefined : at;
}

function batchOf(name: string, text: string) {
  const document = parsed(DocumentSchema, text);
  const event = document && parsed(EventSchema, document.payload);
  if (document === undefined || event === undefined) return undefined;
  const { streamArn: stream, shardId: shard } = document.KinesisBatchInfo;
  const records = event.Records.map(({ kinesis }) => ({
    sequence: kinesis.sequenceNumber,
    arrival: Math.round(1_000 * kinesis.approximateArrivalTimestamp),
    partitionKey: kinesis.partitionKey,
    body: Buffer.from(kinesis.data, 'base64'),
  }));
  const at = timeOf(name) ?? Date.parse(document.timestamp);
  return { name, at, condition: document.requestContext.condition, stream, shard, records };
}

function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function whole(place: ObjectPlace, key: string): Promise<string> {
  let text = '';
  for await (const line of place.lines(key)) text += `${line}\n`;
  return text;
}
