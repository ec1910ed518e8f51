import { openSourceDetector } from '../../shared/detection/open-source-detector';
import { RowsRefused } from '../../shared/detection/ports';
import { WATCH_FIELD } from '../../shared/detection/silence/source-watch';
import { SettingsSchema } from '../../shared/domain/settings';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { redriveEntries } from '../../shared/runtime/redrive-entries';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { detectAnomalies } from './detect-anomalies';
import type { Services } from './services';

const HOUR_MS = 3_600_000;
const settings = SettingsSchema.parse({ version: 1, defaults: { allowedAgeMs: HOUR_MS } });

function opened(changes: Partial<Services> = {}) {
  const parts = new MemoryParts();
  const services = { ...parts.services, openDetector: openSourceDetector, settings, ...changes };
  return { parts, detect: (...records: StreamRecord[]) => detectAnomalies(records, services) };
}

/** A record as redrive puts it again, a day after it came. */
function again(record: StreamRecord, sequence: number, reason: 'invalid-field' | 'not-storable' = 'invalid-field') {
  const [entry] = redriveEntries({ ...record, reason });
  return streamRecord(entry!.data, sequence, { arrival: record.arrival + 24 * HOUR_MS });
}

const pointAt = (timestamp: number, value = 71.2) => wirePoint({ timestamp, metrics: { temperature: value } });

test('is judged by when it came first: a day old by now, and taken', async () => {
  const { parts, detect } = opened();
  const record = streamRecord(pointAt(ARRIVAL - HOUR_MS / 2), 1);
  await detect(again(record, 2));
  expect(parts.quarantined.size).toBe(0);
  expect(parts.rows.size).toBe(1);
  expect(parts.batches.at(-1)).toMatchObject({ redriven: 1, values: 1, late: 0, rejected: 0 });
});

test('whose clock was ahead stays refused although its time has come, and is counted', async () => {
  const { parts, detect } = opened();
  const record = streamRecord(pointAt(ARRIVAL + HOUR_MS), 1);
  await detect(record);
  await detect(again(record, 2));
  expect(parts.rows.size).toBe(0);
  const attempts = [...parts.quarantined.values()].map(({ reason, attempt }) => [reason, attempt]);
  expect(attempts).toEqual([
    ['too-far-in-future', undefined],
    ['too-far-in-future', 1],
  ]);
});

test('behind newer points it is stored and marked late', async () => {
  const { parts, detect } = opened();
  const missed = streamRecord(pointAt(ARRIVAL - 1_000), 1);
  await detect(streamRecord(pointAt(ARRIVAL), 2));
  await detect(again(missed, 3));
  const rows = [...parts.rows.values()].map(({ timestamp, late }) => [timestamp, late]);
  expect(rows).toEqual([
    [ARRIVAL, false],
    [ARRIVAL - 1_000, true],
  ]);
  expect(parts.batches.at(-1)).toMatchObject({ redriven: 1, late: 1 });
});

test('put again twice it is one row and a duplicate', async () => {
  const { parts, detect } = opened();
  const missed = streamRecord(pointAt(ARRIVAL), 1);
  await detect(again(missed, 2));
  await detect(again(missed, 3));
  expect(parts.rows.size).toBe(1);
  expect(parts.batches.at(-1)).toMatchObject({ redriven: 1, duplicates: 1, values: 0 });
});

test('what the store refused and takes now is stored, although it was learnt', async () => {
  const { parts } = opened();
  let isRefused = true;
  const store: Services['store'] = {
    ...parts.services.store,
    writePoints: async (rows) => {
      if (isRefused) throw new RowsRefused(rows.map((row) => ({ row, reason: 'field type conflict' })));
      await parts.services.store.writePoints(rows);
    },
  };
  const services = { ...parts.services, openDetector: openSourceDetector, settings, store };
  const record = streamRecord(pointAt(ARRIVAL), 1);
  await detectAnomalies([record], services);
  expect([parts.rows.size, parts.quarantined.size]).toEqual([0, 1]);
  isRefused = false;
  await detectAnomalies([again(record, 2, 'not-storable')], services);
  expect([...parts.rows.values()]).toMatchObject([{ value: 71.2, late: true }]);
});

test('is no sign of life', async () => {
  const heard = opened();
  const more = opened();
  for (const { detect } of [heard, more])
    for (let i = 0; i < 20; i++)
      await detect(streamRecord(pointAt(ARRIVAL + 1_000 * i), i, { arrival: ARRIVAL + 1_000 * i }));
  await more.detect(again(streamRecord(pointAt(ARRIVAL - 500), 0), 30));
  const watchOf = ({ parts }: typeof heard) => parts.states.get('pump-17')!.get(WATCH_FIELD);
  expect(watchOf(more)).toEqual(watchOf(heard));
  expect(more.parts.rows.size).toBe(heard.parts.rows.size + 1);
});
