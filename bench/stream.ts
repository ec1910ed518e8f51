// Speed of the local stream: append, read through an empty handler, both at once; and the floor, the same bytes written and synced plainly.
// Arguments: [records] [folder].
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogRecord, PartitionedLog } from '../apps/local/stream/log/partitioned-log';
import { EventSourceMapping } from '../apps/local/stream/mapping/event-source-mapping';

const CALL_RECORDS = 1_000;
const total = Number(process.argv[2] ?? 500_000);
const folder = await mkdtemp(join(process.argv[3] ?? tmpdir(), 'tidewatch-bench-'));

try {
  const calls = Array.from({ length: 50 }, (_, call) => recordsOf(call));
  report('floor: one write and sync of the same bytes a call', await floor(calls));
  const log = await PartitionedLog.open(join(folder, 'log'), { unreadBytesMax: Number.MAX_SAFE_INTEGER });
  let handled = 0;
  const handler = async (event: { Records: readonly unknown[] }) => {
    handled += event.Records.length;
  };
  const mapping = await EventSourceMapping.open(log, handler, { name: 'bench' });
  report('append, one call after the other', await appendAll(log, calls, 1));
  report('append, 4 callers', await appendAll(log, calls, 4));
  const begun = performance.now();
  mapping.start();
  await mapping.caughtUp();
  report('read through an empty handler, batches of 1,000', { records: handled, ms: performance.now() - begun });
  const both = performance.now();
  await appendAll(log, calls, 4);
  await mapping.caughtUp();
  report('append and read at once', { records: total, ms: performance.now() - both });
  await latency(log, mapping);
  await mapping.stop();
  await log.close();
  console.log(`resident: ${Math.round(process.memoryUsage().rss / 1_048_576)} MiB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function recordsOf(call: number): LogRecord[] {
  return Array.from({ length: CALL_RECORDS }, (_, i) => ({
    partitionKey: `pump-${(call * CALL_RECORDS + i) % 400}`,
    data: Buffer.from(
      JSON.stringify({
        source: `pump-${i % 400}`,
        timestamp: 1_763_800_000_000 + i * 1000,
        metrics: { temperature: 71.2 + i / 100, vibration: 0.02 },
        tags: { site: 'berlin' },
      }),
    ),
  }));
}

async function appendAll(log: PartitionedLog, calls: readonly LogRecord[][], callers: number): Promise<Measured> {
  const begun = performance.now();
  let next = 0;
  const caller = async () => {
    for (let call = next++; call * CALL_RECORDS < total; call = next++) await log.append(calls[call % calls.length]!);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { records: total, ms: performance.now() - begun };
}

async function floor(calls: readonly LogRecord[][]): Promise<Measured> {
  const file = await open(join(folder, 'floor'), 'w');
  const begun = performance.now();
  for (let call = 0; call * CALL_RECORDS < total; call++) {
    await file.write(Buffer.concat(calls[call % calls.length]!.map((record) => record.data)));
    await file.datasync();
  }
  await file.close();
  return { records: total, ms: performance.now() - begun };
}

/** From the call to append until the handler has it, at 1,000 records a second in calls of 10. */
async function latency(log: PartitionedLog, mapping: EventSourceMapping): Promise<void> {
  const appended: number[] = [];
  const delays: number[] = [];
  for (let call = 0; call < 300; call++) {
    const begun = performance.now();
    await log.append(recordsOf(call).slice(0, 10));
    appended.push(performance.now() - begun);
    await mapping.caughtUp();
    delays.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 10 - Math.min(10, performance.now() - begun)));
  }
  console.log(`10 records: on disk after p50 ${quantile(appended, 0.5)} ms, p99 ${quantile(appended, 0.99)} ms`);
  console.log(
    `10 records: processed and checkpointed p50 ${quantile(delays, 0.5)} ms, p99 ${quantile(delays, 0.99)} ms`,
  );
}

function quantile(values: readonly number[], q: number): string {
  return [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))]!.toFixed(1);
}

interface Measured {
  readonly records: number;
  readonly ms: number;
}

function report(what: string, { records, ms }: Measured): void {
  console.log(`${what}: ${Math.round((records / ms) * 1000).toLocaleString('en')} records/s`);
}
