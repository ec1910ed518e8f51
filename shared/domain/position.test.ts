import fc from 'fast-check';
import { Checkpoint, compareSequences, type Position } from './position';

const at = (sequence: string, index = 0, shard = 'shard-0', stream = 'stream-a'): Position => ({
  stream,
  shard,
  sequence,
  index,
});

describe('sequence numbers', () => {
  test('compare as numbers of any length', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 60n }),
        fc.bigInt({ min: 0n, max: 10n ** 60n }),
        fc.nat(4),
        (a, b, zeros) => {
          const expected = a < b ? -1 : a > b ? 1 : 0;
          expect(Math.sign(compareSequences('0'.repeat(zeros) + a.toString(), b.toString()))).toBe(expected);
        },
      ),
    );
  });

  test('that differ only beyond the precision of a double are still told apart', () => {
    expect(
      compareSequences(
        '49590338271490256608559692538361571095921575989136588898',
        '49590338271490256608559692538361571095921575989136588899',
      ),
    ).toBeLessThan(0);
  });
});

describe('a checkpoint', () => {
  const checkpoint = Checkpoint.empty.advanced(at('9')).advanced(at('10', 3));

  test.each([
    ['covers what came before', at('9', 500), true],
    ['covers the last position itself', at('10', 3), true],
    ['covers earlier points of the same record', at('10', 2), true],
    ['does not cover the next point of the same record', at('10', 4), false],
    ['does not cover the next record', at('11'), false],
    ['does not cover another shard', at('1', 0, 'shard-1'), false],
    ['does not cover a stream that was made anew', at('1', 0, 'shard-0', 'stream-b'), false],
  ])('%s', (_, position, covered) => {
    expect(checkpoint.covers(position)).toBe(covered);
  });

  test('survives encoding', () => {
    const again = Checkpoint.decode(checkpoint.encode());
    expect(again.encode()).toBe(checkpoint.encode());
    expect(again.covers(at('10', 3))).toBe(true);
  });

  test('knows a source that goes back and forth between shards, and tells it from one that moved by a resharding', () => {
    const moved = checkpoint.advanced(at('1', 0, 'shard-1'));
    expect(checkpoint.isMisrouted(at('11'))).toBe(false);
    expect(checkpoint.isMisrouted(at('1', 0, 'shard-1'))).toBe(false);
    expect(moved.isMisrouted(at('2', 0, 'shard-1'))).toBe(false);
    expect(moved.isMisrouted(at('11'))).toBe(true);
  });

  test('forgets the shards that advanced longest ago, so that it cannot grow for ever', () => {
    let grown = Checkpoint.empty;
    for (let i = 0; i < 100; i++) grown = grown.advanced(at('1', 0, `shard-${i}`));
    expect(JSON.parse(grown.encode())).toHaveLength(Checkpoint.shardsMax);
    expect(grown.covers(at('1', 0, 'shard-99'))).toBe(true);
    expect(grown.covers(at('1', 0, 'shard-0'))).toBe(false);
  });
});
