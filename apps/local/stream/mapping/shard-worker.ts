import { randomUUID } from 'node:crypto';
import type { Consumer } from '../log/consumer';
import type { PartitionedLog } from '../log/partitioned-log';
import type { ShardReader, StoredRecord } from '../log/shard-reader';
import { payloadBytes, toKinesisEvent } from './event';
import { type FailureDestination, toFailureRecord } from './failure-record';
import { invoke, type StreamHandler } from './invoke';
import { countExpired, type DiscardCondition, nextStep, retryDelay } from './next-step';
import type { MappingSettings } from './settings';
import type { Timing } from './timing';
import { judgeResponse, type Verdict } from './verdict';

/** One invocation and what it brought. */
export interface Progress {
  readonly shard: string;
  /** Records in the invocation. */
  readonly records: number;
  /** How many of them are finished by it. */
  readonly done: number;
  readonly verdict: Verdict;
  /** What the handler threw, if it did. */
  readonly error?: unknown;
  readonly durationMs: number;
  /** Age of the invocation's last record when it ended. */
  readonly iteratorAgeMs: number;
}

/** Records that were given up, after they are at the destination. */
export interface Discarded {
  readonly shard: string;
  readonly records: number;
  readonly condition: DiscardCondition;
}

export interface WorkerParts {
  readonly log: PartitionedLog;
  readonly consumer: Consumer;
  readonly handler: StreamHandler;
  readonly functionName: string;
  readonly settings: MappingSettings;
  readonly destination: FailureDestination | undefined;
  readonly timing: Timing;
  readonly stopping: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onDiscarded: (discarded: Discarded) => void;
  readonly onProblem: (error: unknown) => void;
  /** Rings whenever the shard's checkpoint has moved. */
  readonly onAdvance: () => void;
}

/** A batch, or what a split or a partial answer left of one. */
interface Batch {
  readonly records: readonly StoredRecord[];
  readonly retries: number;
  readonly invocations: number;
  readonly requestId: string;
}

/** Delivers one shard to the handler, one batch at a time and in order, until told to stop. */
export async function runShard(shard: number, parts: WorkerParts): Promise<void> {
  let failures = 0;
  while (!parts.stopping.aborted) {
    const reader = parts.log.reader(shard, parts.consumer.mark(shard));
    try {
      await readAndDeliver(shard, reader, parts, () => {
        failures = 0;
      });
    } catch (error) {
      // The disk could not be read: begin again from the checkpoint.
      parts.onProblem(error);
      await parts.timing.sleep(retryDelay(++failures, parts.timing.random(), parts.settings), parts.stopping);
    } finally {
      await reader.close().catch(parts.onProblem);
    }
  }
}

async function readAndDeliver(
  shard: number,
  reader: ShardReader,
  parts: WorkerParts,
  onRead: () => void,
): Promise<void> {
  while (!parts.stopping.aborted) {
    const records = await gather(reader, parts);
    onRead();
    if (records.length > 0) {
      await deliver(shard, records, parts);
      continue;
    }
    // Behind unreadable records, too, everything is processed.
    advance(shard, reader.mark, parts);
    await reader.more(parts.stopping);
  }
}

/** A full batch, or what has come when the window closes. */
async function gather(reader: ShardReader, parts: WorkerParts): Promise<StoredRecord[]> {
  const { settings, timing, stopping } = parts;
  const records: StoredRecord[] = [];
  let room = settings.payloadBytesMax;
  let opened: number | undefined;
  for (;;) {
    const more = await reader.next({
      records: settings.batchSize - records.length,
      bytes: room,
      atLeastOne: records.length === 0,
      weigh: payloadBytes,
    });
    for (const record of more) {
      records.push(record);
      room -= payloadBytes(record);
    }
    if (records.length === 0 || records.length >= settings.batchSize || room <= 0 || reader.isHolding) return records;
    opened ??= timing.now();
    const left = opened + settings.batchWindowMs - timing.now();
    if (left <= 0 || stopping.aborted) return records;
    await moreOrLater(reader, left, parts);
  }
}

async function moreOrLater(reader: ShardReader, ms: number, { timing, stopping }: WorkerParts): Promise<void> {
  const enough = new AbortController();
  const end = () => enough.abort();
  stopping.addEventListener('abort', end, { once: true });
  await Promise.race([reader.more(enough.signal), timing.sleep(ms, enough.signal)]);
  stopping.removeEventListener('abort', end);
  end();
}

/** Everything that becomes of one batch. What is left when the mapping stops stays behind the checkpoint. */
async function deliver(shard: number, records: readonly StoredRecord[], parts: WorkerParts): Promise<void> {
  const waiting: Batch[] = [{ records, retries: 0, invocations: 0, requestId: randomUUID() }];
  while (waiting.length > 0 && !parts.stopping.aborted) {
    const batch = await dropExpired(shard, waiting.pop()!, parts);
    if (batch.records.length === 0) continue;
    const verdict = await tryOnce(shard, batch, parts);
    const tried = { ...batch, invocations: batch.invocations + 1 };
    const step = nextStep(batch.records.length, batch.retries, verdict, parts.settings);
    switch (step.kind) {
      case 'finish':
        finish(shard, batch.records, parts);
        break;
      case 'continue':
        finish(shard, batch.records.slice(0, step.done), parts);
        waiting.push({ ...tried, retries: 0, records: batch.records.slice(step.done) });
        break;
      case 'split':
        waiting.push({ ...tried, records: batch.records.slice(step.at) });
        waiting.push({ ...tried, records: batch.records.slice(0, step.at) });
        break;
      case 'retry':
        waiting.push({ ...tried, retries: step.retries });
        await parts.timing.sleep(retryDelay(step.retries, parts.timing.random(), parts.settings), parts.stopping);
        break;
      case 'discard':
        await discard(shard, tried, step.condition, parts);
        break;
    }
  }
}

async function tryOnce(shard: number, batch: Batch, parts: WorkerParts): Promise<Verdict> {
  const { log, settings, timing, functionName } = parts;
  const event = toKinesisEvent(log.stream, log.shardId(shard), batch.records);
  const sequences = batch.records.map((record) => record.sequence);
  const begun = timing.now();
  const call = { functionName, requestId: batch.requestId, timeoutMs: settings.handlerTimeoutMs };
  const answer = await invoke(parts.handler, event, call, timing);
  const ended = timing.now();
  const verdict =
    answer.kind === 'failure' ? answer : judgeResponse(answer.response, sequences, settings.reportBatchItemFailures);
  parts.onProgress({
    shard: log.shardId(shard),
    records: batch.records.length,
    done: verdict.kind === 'success' ? batch.records.length : verdict.kind === 'partial' ? verdict.failedFrom : 0,
    verdict,
    ...(answer.kind === 'failure' ? { error: answer.error } : {}),
    durationMs: ended - begun,
    iteratorAgeMs: Math.max(0, ended - batch.records.at(-1)!.arrivalMs),
  });
  return verdict;
}

async function dropExpired(shard: number, batch: Batch, parts: WorkerParts): Promise<Batch> {
  const { maximumRecordAgeSeconds } = parts.settings;
  if (maximumRecordAgeSeconds < 0) return batch;
  const arrivals = batch.records.map((record) => record.arrivalMs);
  const expired = countExpired(arrivals, parts.timing.now(), maximumRecordAgeSeconds);
  if (expired === 0) return batch;
  const gone = await discard(shard, { ...batch, records: batch.records.slice(0, expired) }, 'RecordAgeExceeded', parts);
  return { ...batch, records: gone ? batch.records.slice(expired) : [] };
}

/** Brings records to the destination, however often that takes, and only then leaves them behind. False if stopped before. */
async function discard(shard: number, batch: Batch, condition: DiscardCondition, parts: WorkerParts): Promise<boolean> {
  const { log, timing, destination, functionName, stopping } = parts;
  const { records, requestId, invocations } = batch;
  const place = { stream: log.stream, shard: log.shardId(shard) };
  const record = toFailureRecord({
    ...place,
    records,
    condition,
    functionName,
    requestId,
    invocations,
    nowMs: timing.now(),
  });
  for (let attempt = 1; destination !== undefined; attempt++) {
    try {
      await destination.put(record);
      break;
    } catch (error) {
      parts.onProblem(error);
      if (stopping.aborted) return false;
      await timing.sleep(retryDelay(attempt, timing.random(), parts.settings), stopping);
      if (stopping.aborted) return false;
    }
  }
  finish(shard, records, parts);
  parts.onDiscarded({ shard: place.shard, records: records.length, condition });
  return true;
}

function finish(shard: number, records: readonly StoredRecord[], parts: WorkerParts): void {
  const last = records.at(-1);
  if (last !== undefined) advance(shard, last.mark, parts);
}

function advance(shard: number, mark: StoredRecord['mark'], parts: WorkerParts): void {
  parts.consumer.advance(shard, mark);
  parts.onAdvance();
}
