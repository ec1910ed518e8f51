import { Redis } from 'ioredis';

/** What states cost at least, and what they occupy. */
export interface RedisFloor {
  /** Milliseconds to load and store the states of one batch, each by one plain pipeline. */
  readonly batchMs: number;
  /** Of a source's state with all that Redis needs for it. */
  readonly bytesASource: number;
  /** Of that, names and values of its fields. */
  readonly payloadBytes: number;
}

const ROUNDS = 20;

/** Loads and stores a batch's states as they are, and lets Redis tell what all states occupy. */
export async function redisFloor(url: string, batch: number): Promise<RedisFloor> {
  const redis = new Redis(url);
  const all = await redis.keys('*{*source-*');
  const keys = all.slice(0, batch);
  const states = await Promise.all(keys.map((key) => redis.hgetallBuffer(key)));
  const from = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    const load = redis.pipeline();
    for (const key of keys) load.hgetallBuffer(key);
    await load.exec();
    const store = redis.pipeline();
    keys.forEach((key, i) => {
      store.hset(key, states[i]!);
    });
    await store.exec();
  }
  const batchMs = (performance.now() - from) / ROUNDS;
  const memory = Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))![1]);
  const bytesASource = memory / (await redis.dbsize());
  redis.disconnect();
  return { batchMs, bytesASource, payloadBytes: payloadOf(states) / states.length };
}

function payloadOf(states: readonly Record<string, Buffer>[]): number {
  let bytes = 0;
  for (const state of states) for (const [name, value] of Object.entries(state)) bytes += name.length + value.length;
  return bytes;
}
