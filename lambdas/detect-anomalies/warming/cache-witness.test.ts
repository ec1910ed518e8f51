import { Checkpoint, type Position, touchedCheckpoint } from '../../../shared/domain/position';
import { CacheWitness, holds } from './cache-witness';

const at = (sequence: number, shard = 'a'): Position => ({ stream: 's', shard, sequence: `${sequence}`, index: 0 });
const text = (...positions: Position[]): string =>
  positions.reduce((all, position) => all.advanced(position), Checkpoint.empty).encode();
const saved = (...positions: Position[]): Uint8Array => new TextEncoder().encode(text(...positions));
const elsewhere: Position = { stream: 'ströme', shard: 'a', sequence: '5', index: 0 };

test.each<[string, Uint8Array | undefined, string, boolean]>([
  ['the same', saved(at(5)), text(at(5)), true],
  ['the same, of a stream whose name is not ASCII', saved(elsewhere), text(elsewhere), true],
  ['touched by somebody who absorbed nothing', touchedCheckpoint(saved(at(5))), text(at(5)), true],
  ['further', saved(at(9)), text(at(5)), true],
  ['further on another shard too', saved(at(5), at(7, 'b')), text(at(5)), true],
  ['an older one', saved(at(9)), text(at(10)), false],
  ['of another shard alone', saved(at(99, 'b')), text(at(5)), false],
  ['none', undefined, text(at(5)), false],
  ['unreadable', new Uint8Array([1, 2]), text(at(5)), false],
])('a checkpoint that is %s', (_, loaded, seen, outcome) => {
  expect(holds(loaded, seen)).toBe(outcome);
});

describe('what was seen committed', () => {
  it('is remembered, the last of each source', () => {
    const witness = new CacheWitness();
    witness.committed('a', text(at(1)));
    witness.committed('a', text(at(2)));
    expect(witness.seen(['b', 'a']).map((memory) => memory?.checkpoint)).toEqual([undefined, text(at(2))]);
  });

  it('is forgotten in the order of commits when it would be too much', () => {
    const witness = new CacheWitness();
    const checkpoint = text(at(1));
    for (let i = 0; i < 50_000; i++) witness.committed(`pump-${i}`, checkpoint);
    witness.committed('pump-0', checkpoint);
    witness.committed('one more', checkpoint);
    const seen = witness.seen(['pump-0', 'pump-1', 'pump-2']);
    expect(seen.map((memory) => memory?.checkpoint)).toEqual([checkpoint, undefined, checkpoint]);
  });

  it('is in doubt after an incident, until it was committed again', () => {
    const witness = new CacheWitness();
    const inDoubt = (source: string) => witness.isInDoubt(witness.seen([source])[0]);
    witness.committed('a', text(at(1)));
    expect(inDoubt('a')).toBe(false);
    witness.raise();
    expect([inDoubt('a'), inDoubt('never seen')]).toEqual([true, true]);
    witness.committed('a', text(at(2)));
    expect(inDoubt('a')).toBe(false);
  });
});
