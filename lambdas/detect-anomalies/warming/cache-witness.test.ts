import { Checkpoint, type Position, touchedCheckpoint } from '../../../shared/domain/position';
import { CacheWitness, holds } from './cache-witness';

const at = (sequence: number, shard = 'a'): Position => ({ stream: 's', shard, sequence: `${sequence}`, index: 0 });
const saved = (...positions: Position[]): Uint8Array =>
  new TextEncoder().encode(positions.reduce((all, position) => all.advanced(position), Checkpoint.empty).encode());

test.each<[string, Uint8Array | undefined, Uint8Array, boolean]>([
  ['the same', saved(at(5)), saved(at(5)), true],
  ['touched by somebody who absorbed nothing', touchedCheckpoint(saved(at(5))), saved(at(5)), true],
  ['further', saved(at(9)), saved(at(5)), true],
  ['further on another shard too', saved(at(5), at(7, 'b')), saved(at(5)), true],
  ['an older one', saved(at(9)), saved(at(10)), false],
  ['of another shard alone', saved(at(99, 'b')), saved(at(5)), false],
  ['none', undefined, saved(at(5)), false],
  ['unreadable', new Uint8Array([1, 2]), saved(at(5)), false],
])('a checkpoint that is %s', (_, loaded, seen, outcome) => {
  expect(holds(loaded, seen)).toBe(outcome);
});

describe('what was seen committed', () => {
  it('is remembered, the last of each source', () => {
    const witness = new CacheWitness();
    witness.committed('a', saved(at(1)));
    witness.committed('a', saved(at(2)));
    expect(witness.seen(['b', 'a'])).toEqual([undefined, saved(at(2))]);
  });

  it('is forgotten in the order of commits when it would be too much', () => {
    const witness = new CacheWitness();
    const checkpoint = saved(at(1));
    for (let i = 0; i < 50_000; i++) witness.committed(`pump-${i}`, checkpoint);
    witness.committed('pump-0', checkpoint);
    witness.committed('one more', checkpoint);
    expect(witness.seen(['pump-0', 'pump-1', 'pump-2'])).toEqual([checkpoint, undefined, checkpoint]);
  });

  it('is in doubt after an incident, until it was committed again', () => {
    const witness = new CacheWitness();
    witness.committed('a', saved(at(1)));
    expect(witness.isInDoubt('a')).toBe(false);
    witness.raise();
    expect([witness.isInDoubt('a'), witness.isInDoubt('never seen')]).toEqual([true, true]);
    witness.committed('a', saved(at(2)));
    expect(witness.isInDoubt('a')).toBe(false);
  });
});
