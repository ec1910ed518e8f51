import fc from 'fast-check';
import type { DataPoint } from '../domain/data-point';
import { LIMITS } from '../domain/limits';
import { decodeBody } from './body';
import { toRecords } from './records';

const point = (source: string, timestamp: number, metrics: Record<string, number> = { t: 1.5 }): DataPoint => ({
  source,
  timestamp,
  metrics,
  tags: {},
});
const NOW = 1_763_800_000_000;
const keys = (points: readonly DataPoint[], most: number) => toRecords(points, most).map((one) => one.partitionKey);

test('a point alone is an object under its source', () => {
  const [record] = toRecords([{ ...point('pump-17', NOW), tags: { site: 'berlin' } }], 1);
  expect(record!.partitionKey).toBe('pump-17');
  expect(JSON.parse(Buffer.from(record!.data).toString())).toEqual({
    source: 'pump-17',
    timestamp: NOW,
    metrics: { t: 1.5 },
    tags: { site: 'berlin' },
  });
});

test.each([
  ['one point a record: none shares', 1, ['a', 'a', 'a', 'b', 'a']],
  ['two: neighbours share, up to two', 2, ['a', 'a', 'b', 'a']],
  ['many: only neighbours of one source share', 100, ['a', 'b', 'a']],
])('%s', (_, most, expected) => {
  const points = ['a', 'a', 'a', 'b', 'a'].map((source, i) => point(source, NOW + i));
  expect(keys(points, most)).toEqual(expected);
});

test('what is put is what the reader decodes, in order, however many share a record', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => /^[^\p{C}\s]+$/u.test(text));
  const points = fc.array(
    fc.record({
      source: fc.constantFrom('pump-1', 'Pümpe 🌊', '"quoted\\"'),
      timestamp: fc.integer({ min: NOW, max: NOW + 1e9 }),
      metrics: fc
        .array(fc.tuple(name, fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: 1, maxLength: 4 })
        // Zero has no sign in JSON.
        .map((entries) => Object.fromEntries(entries.map(([key, value]) => [key, value === 0 ? 0 : value]))),
      tags: fc.dictionary(name, fc.string({ maxLength: 8 }), { maxKeys: 2 }).filter((tags) => !('__proto__' in tags)),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 8 }), (some, most) => {
      const read = toRecords(some, most).flatMap(({ partitionKey, data }) => {
        const { points: found, rejections } = decodeBody(data);
        expect(rejections).toEqual([]);
        for (const one of found) expect(one.point.source).toBe(partitionKey);
        return found.map((one) => one.point);
      });
      expect(JSON.stringify(read)).toBe(JSON.stringify(some));
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('points that share a record never make it too large', () => {
  const wide = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${'ß'.repeat(200)}${i}`, i]));
  const records = toRecords(
    Array.from({ length: 40 }, (_, i) => point('a', NOW + i, wide)),
    1_000,
  );
  expect(records.length).toBeGreaterThan(1);
  for (const { data, partitionKey } of records)
    expect(data.length + Buffer.byteLength(partitionKey)).toBeLessThanOrEqual(LIMITS.recordBytesMax);
});
