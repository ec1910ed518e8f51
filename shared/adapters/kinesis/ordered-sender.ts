import type { StreamEntry } from '../../runtime/records';
import { createKeyQueues } from './key-queues';
import { type Attempt, PUT_LIMITS, type PutCall } from './put-call';
import { type AttemptFault, PutFault } from './put-faults';
import { createPutLine } from './put-line';

export interface SenderSettings {
  /** How long a record is tried, from its first attempt on. */
  readonly deadlineMs: number;
  /** Calls at the same time. */
  readonly concurrency: number;
  /** Upper bound of the first pause before a record is tried again; it doubles with each further one. */
  readonly pauseMs: number;
  /** While so much is unsettled, with 256 bytes more for each record, further puts wait their turn. */
  readonly bufferBytesMax: number;
  /** For jitter; in [0, 1). */
  readonly random: () => number;
}

/** What became of one record. */
export type PutResult =
  | { readonly ok: true; readonly shard: string; readonly sequence: string }
  | { readonly ok: false; readonly fault: PutFault };

export interface OrderedSender {
  /** Resolves with what became of each record, in order, once that is certain for all. Rejects only after close. */
  putRecords(records: readonly StreamEntry[]): Promise<PutResult[]>;
  /** Resolves when all that was put before is settled. */
  close(): Promise<void>;
}

interface Entry {
  readonly key: string;
  readonly bytes: number;
  readonly record: StreamEntry;
  attempts: number;
  /** Set at the first attempt. */
  giveUpAt: number;
  readonly settle: (result: PutResult) => void;
}

/** What a waiting record costs beside its bytes. */
const OVERHEAD_BYTES = 256;
const PAUSE_MS_MAX = 5_000;

/**
 * Sends records by as few calls as their limits allow and keeps the order within each partition key: of a key one record at a
 * time is under way, and none goes before the one ahead of it is on the stream. Failed records alone are sent again, after
 * pauses that are random up to a doubling bound. When a record is given up, those of its key that were put after it and are not
 * under way are given up too.
 */
export function createOrderedSender(call: PutCall, settings: SenderSettings): OrderedSender {
  const queues = createKeyQueues<Entry>();
  let buffered = 0;
  let callsUnderWay = 0;
  let isScheduled = false;
  const line = createPutLine();

  /** Gathers what is put in the same turn of the event loop. */
  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      pump();
    });
  }

  function pump(): void {
    while (callsUnderWay < settings.concurrency) {
      const batch = queues.take(PUT_LIMITS.records, PUT_LIMITS.bytes);
      if (batch.length === 0) return;
      callsUnderWay++;
      void send(batch);
    }
  }

  async function send(batch: readonly Entry[]): Promise<void> {
    const begun = performance.now();
    for (const entry of batch) if (entry.attempts++ === 0) entry.giveUpAt = begun + settings.deadlineMs;
    const attempts = await call(batch.map(({ record }) => record));
    callsUnderWay--;
    const failed = batch.filter((entry, i) => !isFinal(entry, attempts[i]!));
    if (failed.length > 0) setTimeout(() => again(failed), pauseFor(failed, settings));
    pump();
  }

  function again(entries: readonly Entry[]): void {
    for (const { key } of entries) queues.again(key);
    pump();
  }

  /** Settles a record if its attempt decides about it. */
  function isFinal(entry: Entry, attempt: Attempt): boolean {
    if (attempt.ok) {
      queues.done(entry.key);
      settle(entry, attempt);
      return true;
    }
    if (attempt.fault.isTransient && performance.now() < entry.giveUpAt) return false;
    const behind = queues.drop(entry.key);
    line.breakKey(entry.key);
    settle(entry, { ok: false, fault: finalFault(attempt.fault, entry.attempts) });
    for (const held of behind) settle(held, heldBack());
    return true;
  }

  function settle(entry: Entry, result: PutResult): void {
    buffered -= entry.bytes + OVERHEAD_BYTES;
    entry.settle(result);
    if (buffered < settings.bufferBytesMax) line.go();
  }

  function admit(records: readonly StreamEntry[], isBroken: (key: string) => boolean): Promise<PutResult>[] {
    schedule();
    return records.map((record) => {
      const fault = invalid(record);
      const key = record.partitionKey;
      if (fault !== undefined) return Promise.resolve<PutResult>({ ok: false, fault });
      if (isBroken(key)) return Promise.resolve(heldBack());
      return new Promise((resolve) => {
        const bytes = bytesOf(record);
        buffered += bytes + OVERHEAD_BYTES;
        queues.add({ key, bytes, record, attempts: 0, giveUpAt: 0, settle: resolve });
      });
    });
  }

  return {
    putRecords: (records) =>
      line.through(
        () => buffered < settings.bufferBytesMax,
        (isBroken) => Promise.all(admit(records, isBroken)),
      ),
    close: line.close,
  };
}

/** One pause for those that failed together; never beyond the deadline of the first of them. */
function pauseFor(failed: readonly Entry[], { pauseMs, random }: SenderSettings): number {
  const attempts = Math.max(...failed.map((entry) => entry.attempts));
  const bound = Math.min(pauseMs * 2 ** (attempts - 1), PAUSE_MS_MAX);
  const left = Math.min(...failed.map(({ giveUpAt }) => giveUpAt)) - performance.now();
  return Math.max(0, Math.min(random() * bound, left));
}

function heldBack(): PutResult {
  return { ok: false, fault: new PutFault('held-back', 'an earlier record of the same partition key was not put') };
}

function finalFault({ isTransient, message, cause }: AttemptFault, attempts: number): PutFault {
  const options = cause === undefined ? {} : { cause };
  if (!isTransient) return new PutFault('refused', message, options);
  return new PutFault('gave-up', `${message} (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'})`, options);
}

function invalid(record: StreamEntry): PutFault | undefined {
  const { length } = record.partitionKey;
  if (length === 0 || length > PUT_LIMITS.keyChars)
    return new PutFault('invalid', `a partition key has 1 to ${PUT_LIMITS.keyChars} characters, not ${length}`);
  const bytes = bytesOf(record);
  if (bytes > PUT_LIMITS.recordBytes)
    return new PutFault('invalid', `a record with its key has at most ${PUT_LIMITS.recordBytes} bytes, not ${bytes}`);
  return undefined;
}

function bytesOf({ partitionKey, data }: StreamEntry): number {
  return data.length + Buffer.byteLength(partitionKey);
}
