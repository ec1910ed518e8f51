import type { RecentRow } from '../../../shared/detection/ports';
import { Checkpoint } from '../../../shared/domain/position';
import { SAMPLE_POINT_ROW } from '../../../shared/domain/rows';
import type { PlacedPoint } from '../plan-batch';
import { missingRows } from './missing-rows';

const row = (sequence: number, shard = 'a', stream = 's', index = 0): RecentRow => ({
  ...SAMPLE_POINT_ROW,
  ...{ stream, shard, sequence: `${sequence}`, index },
});
const late = (sequence: number): RecentRow => ({ ...row(sequence), late: true });
const fresh = (sequence: number, shard = 'a', index = 0): PlacedPoint => {
  const position = { stream: 's', shard, sequence: `${sequence}`, index };
  return { point: { source: 'x', timestamp: 0, metrics: {}, tags: {} }, position, arrival: 0 };
};
const upTo = (sequence: number) => Checkpoint.empty.advanced(row(sequence));

test.each<[string, RecentRow[], PlacedPoint[], Checkpoint, number[], boolean]>([
  ['none when all are learnt', [row(8), row(9)], [fresh(10)], upTo(9), [], true],
  ['those between what is learnt and the batch', [row(7), row(8), row(9)], [fresh(10)], upTo(7), [8, 9], true],
  ['all, when nothing is learnt', [row(8), row(9)], [fresh(10)], Checkpoint.empty, [8, 9], false],
  ['not those of the batch itself', [row(9), row(10), row(11)], [fresh(10), fresh(12)], upTo(9), [], true],
  ['up to the element of a record', [row(9), row(10, 'a', 's', 1)], [fresh(10, 'a', 2)], upTo(8), [9, 10], false],
  ['not those of another stream', [row(9, 'a', 'other')], [fresh(10)], Checkpoint.empty, [], false],
  ['those of a shard that was split', [row(9), row(3, 'b')], [fresh(4, 'b')], upTo(8), [9, 3], false],
  ['all that are older, when a newer one is learnt', [row(8), row(7), row(9)], [fresh(10)], upTo(7), [8, 9], false],
  ['late ones say nothing of gaps', [late(8), row(7), row(9)], [fresh(10)], upTo(7), [8, 9], true],
  ['sequences as numbers', [row(9), row(10)], [fresh(11)], upTo(9), [10], true],
])('what is missing: %s', (_, stored, points, checkpoint, missing, isGapless) => {
  const found = missingRows(stored, points, checkpoint);
  expect([found.rows.map(({ sequence }) => Number(sequence)), found.isGapless]).toEqual([missing, isGapless]);
});

test.each<[string, RecentRow[], boolean]>([
  ['from behind the batch', [row(9), row(13)], true],
  ['of the batch itself', [row(9), row(10), row(12)], false],
  ['of a shard that the batch is not of', [row(9), row(99, 'b')], false],
  ['of another stream', [row(99, 'a', 'other')], false],
])('rows %s: the batch is overtaken or not', (_, stored, isOvertaken) => {
  expect(missingRows(stored, [fresh(10), fresh(12)], upTo(9)).isOvertaken).toBe(isOvertaken);
});
