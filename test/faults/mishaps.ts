import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';

/** Something that befalls the cache once so many records were handled; the worker may die with it. */
export interface Mishap {
  readonly at: number;
  readonly what: 'is copied' | 'falls back to the copy' | 'loses everything';
  readonly dies: boolean;
}

/** Lets mishaps happen one after the other, also over several lives of the worker. */
export function openMishaps(mishaps: readonly Mishap[], redisUrl: string, folder: string) {
  const redis = new Redis(redisUrl);
  const file = path.join(folder, 'mishaps.json');
  const past = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { handled: number; done: number })
    : undefined;
  let { handled, done } = past ?? { handled: 0, done: 0 };
  let copy: readonly (readonly [string, Buffer])[] = [];
  let turn = Promise.resolve();

  const remember = () => writeFileSync(file, JSON.stringify({ handled, done }));
  const happen = async ({ what, dies }: Mishap) => {
    if (what === 'is copied') copy = await copied(redis);
    else await replaced(redis, what === 'loses everything' ? [] : copy);
    done += 1;
    if (!dies) return;
    remember();
    process.kill(process.pid, 'SIGKILL');
  };
  return {
    /** Called before a batch; other batches may be under way. */
    before(records: number): Promise<void> {
      handled += records;
      turn = turn.then(async () => {
        for (let next = mishaps[done]; next !== undefined && next.at <= handled; next = mishaps[done])
          await happen(next);
      });
      return turn;
    },
    hasLostAll: () => mishaps.slice(0, done).some(({ what }) => what === 'loses everything'),
    /** Before the worker dies of something else. */
    remember,
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
