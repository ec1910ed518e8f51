import { rememberingShardOfKey, shardOfKey } from './shard-of-key';

// Range of a shard i of n: from i·2¹²⁸/n. MD5 of "a" begins 0cc175, of "b" 92eb5f, of "c" 4a8a08, of "d" 8277e0.
test.each([
  ['a', 4, 0],
  ['b', 4, 2],
  ['c', 4, 1],
  ['d', 4, 2],
  ['b', 2, 1],
  ['c', 3, 0],
  ['b', 1, 0],
])('key %s of %i shards goes to shard %i', (key, shards, expected) => {
  expect(shardOfKey(key, shards)).toBe(expected);
  expect(rememberingShardOfKey(shards)(key)).toBe(expected);
});

test('many keys spread evenly', () => {
  const counts = [0, 0, 0, 0];
  const shardOf = rememberingShardOfKey(4);
  for (let i = 0; i < 100_000; i++) counts[shardOf(`pump-${i}`)]!++;
  for (const count of counts) expect(Math.abs(count - 25_000)).toBeLessThan(600);
});
