import { randomUUID } from 'node:crypto';
import type { Mark } from '../log/shard';
import type { StoredRecord } from '../log/shard-reader';
import { toKinesisEvent } from './event';
import { toFailureRecord } from './failure-record';
import { invoke } from './invoke';
import { countExpired, type DiscardCondition, nextStep, retryDelay } from './next-step';
import { judgeResponse, type Verdict } from './verdict';
import type { WorkerParts } from './worker-parts';

/** A batch, or what a split or a partial answer left of one. */
interface Batch {
  readonly records: readonly StoredRecord[];
  readonly retries: number;
  readonly invocations: number;
  readonly requestId: string;
}

/** Everything that becomes of one batch. What is left when the mapping stops stays behind the checkpoint. */
export async function deliver(shard: number, records: readonly StoredRecord[], parts: WorkerParts): Promise<void> {
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

/** Everything up to the mark is processed. */
export function advance(shard: number, mark: Mark, parts: WorkerParts): void {
  parts.consumer.advance(shard, mark);
  parts.onAdvance();
}
