import { createHash } from 'node:crypto';

const KEYS_REMEMBERED_MAX = 65_536;

/**
 * Index of the shard that a partition key belongs to: MD5 of the key as a 128-bit number, in as many equal ranges as there are
 * shards, as Kinesis does. The first 48 bits decide, which tells ranges apart to one part in 2⁴⁸.
 */
export function shardOfKey(partitionKey: string, shards: number): number {
  const top = createHash('md5').update(partitionKey, 'utf8').digest().readUIntBE(0, 6);
  return Math.min(shards - 1, Math.floor((top / 2 ** 48) * shards));
}

/** The same, remembering recent keys: few sources send many records. Memory is bounded. */
export function rememberingShardOfKey(shards: number): (partitionKey: string) => number {
  const known = new Map<string, number>();
  return (partitionKey) => {
    const found = known.get(partitionKey);
    if (found !== undefined) return found;
    if (known.size >= KEYS_REMEMBERED_MAX) known.clear();
    const shard = shardOfKey(partitionKey, shards);
    known.set(partitionKey, shard);
    return shard;
  };
}
