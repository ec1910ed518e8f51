import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { Bell } from '../../apps/local/stream/log/bell';

/** Something that befalls the cache once every shard has come so far. */
export interface Mishap {
  /** Share of the stream, in (0, 1). */
  readonly at: number;
  readonly what: 'is copied' | 'falls back to the copy' | 'loses everything';
  /** Does the worker die with it? */
  readonly dies: boolean;
}

/**
 * A shard that gets so far beyond a mishap waits for it: otherwise, on a machine that is busy elsewhere, one shard may have
 * come to its end before anything happens. Up to there batches of other shards are under way.
 */
const AHEAD_MAX = 0.05;

/** Lets mishaps happen one after the other, also over several lives of the worker. */
export function openMishaps(mishaps: readonly Mishap[], shards: number, redisUrl: string, folder: string) {
  const redis = new Redis(redisUrl);
  const file = path.join(folder, 'mishaps.json');
  let done = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as number) : 0;
  let copy: readonly (readonly [string, Buffer])[] = [];
  let turn = Promise.resolve();
  const reached = Array.from({ length: shards }, () => 0);
  const happened = new Bell();

  const happen = async ({ what, dies }: Mishap) => {
    if (what === 'is copied') copy = await copied(redis);
    else await replaced(redis, what === 'loses everything' ? [] : copy);
    done += 1;
    writeFileSync(file, JSON.stringify(done));
    if (dies) process.kill(process.pid, 'SIGKILL');
    happened.ring();
  };
  const happenIfDue = async () => {
    for (
      let next = mishaps[done];
      next !== undefined && reached.every((share) => share >= next!.at);
      next = mishaps[done]
    )
      await happen(next);
  };
  const isFarBeyond = (share: number) => share > (mishaps[done]?.at ?? 1) + AHEAD_MAX;
  return {
    /**
     * Called before a batch of a shard; batches of others may be under way.
     *
     * @param share of the shard's records that lie before the batch's end
     */
    async before(shard: number, share: number): Promise<void> {
      reached[shard] = Math.max(reached[shard]!, share);
      turn = turn.then(happenIfDue);
      await turn;
      while (isFarBeyond(share)) await happened.heard();
    },
    hasLostAll: () => mishaps.slice(0, done).some(({ what }) => what === 'loses everything'),
    close: () => redis.disconnect(),
  };
}

async function copied(redis: Redis): Promise<(readonly [string, Buffer])[]> {
  const keys = await redis.keys('*');
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return keys.map((key, i) => [key, dumps[i]!] as const);
}

/** At once: nobody sees a part of it. */
async function replaced(redis: Redis, by: readonly (readonly [string, Buffer])[]): Promise<void> {
  const all = redis.multi().flushdb();
  for (const [key, dump] of by) all.restore(key, 0, dump);
  await all.exec();
}
