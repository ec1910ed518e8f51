import fc from 'fast-check';
import type { RecentRow } from './ports';
import { inOrder } from './stored-points';

/** Points of one metric as they came; those not after the newest are late. */
function arrived(times: readonly number[], shardOf: (at: number) => string): RecentRow[] {
  let newest = 0;
  return times.map((timestamp, at) => {
    const late = timestamp <= newest;
    newest = Math.max(newest, timestamp);
    return {
      ...{ source: 's', metric: 'flow', timestamp, value: at, anomalyScore: 0, alarmScore: 0, late, revision: 0 },
      ...{ stream: 'points', shard: shardOf(at), sequence: String(at + 1), index: 0 },
    };
  });
}

function mixed<Item>(items: readonly Item[]): Item[] {
  return items.filter((_, i) => i % 2 === 1).concat(items.filter((_, i) => i % 2 === 0));
}

describe('data points of stored rows', () => {
  it('come in the order in which they were delivered, late ones too, wherever the shard was split', () => {
    const times = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 });
    const splits = fc.uniqueArray(fc.nat({ max: 40 }), { maxLength: 2 });
    fc.assert(
      fc.property(times, splits, (all, at) => {
        const rows = arrived(all, (i) => `shard-${at.filter((split) => split <= i).length}`);
        const hasWholeShardLate = [...new Set(rows.map(({ shard }) => shard))].some((shard) =>
          rows.every((row) => row.shard !== shard || row.late),
        );
        // A middle shard of late points alone shows no time at all.
        fc.pre(!hasWholeShardLate || at.length < 2);
        expect(inOrder(mixed(rows)).map(({ position }) => position.value)).toEqual(all.map((_, i) => i));
      }),
    );
  });
});
