import type { DataPoint } from '../../../shared/domain/data-point';
import { createProducer } from './producer';

const NOW = 1_763_800_000_000;
const point = (source: string, timestamp: number): DataPoint => ({ source, timestamp, metrics: { t: 1.5 }, tags: {} });

test('a producer hands its records and wishes to the log and gives its positions back', async () => {
  const positions = [{ stream: 's', shard: 'shardId-000000000000', sequence: '1', index: 0 }];
  const append = jest.fn().mockResolvedValue(positions);
  const producer = createProducer({ append }, { pointsPerRecordMax: 2 });
  expect(await producer.put([point('a', NOW), point('a', NOW + 1)], { whenFull: 'reject' })).toBe(positions);
  expect(append).toHaveBeenCalledWith([expect.objectContaining({ partitionKey: 'a' })], { whenFull: 'reject' });
});
