import { Redis } from 'ioredis';
import type { InfluxAddress } from '../../apps/local/live/local-store';

/** Real servers that a bench runs on. */
export interface LiveServers {
  readonly redisUrl: string;
  readonly influx: InfluxAddress;
  /** Process ids, where the servers tell them and run on this machine. */
  readonly pids: ReadonlyMap<string, number>;
}

/** Redis at REDIS_URL; InfluxDB at INFLUX_URL, with a database of our own in it. */
export async function openLiveServers(): Promise<LiveServers> {
  const redisUrl = required('REDIS_URL');
  const influxUrl = new URL(required('INFLUX_URL'));
  const name = `bench_${process.pid}`;
  await influxSays(influxUrl, `CREATE DATABASE ${name}`);
  influxUrl.searchParams.set('db', name);
  const pids = new Map([
    ['Redis', await redisPid(redisUrl)],
    ['InfluxDB', await influxPid(influxUrl)],
  ]);
  return { redisUrl, influx: { url: influxUrl.href }, pids };
}

async function redisPid(url: string): Promise<number> {
  const redis = new Redis(url);
  const pid = /process_id:(\d+)/.exec(await redis.info('server'))?.[1];
  redis.disconnect();
  return Number(pid);
}

async function influxPid(url: URL): Promise<number> {
  const answer = await influxSays(url, 'SHOW DIAGNOSTICS');
  const system = answer.results[0]?.series?.find((series) => series.name === 'system');
  return Number(system?.values[0]?.[system.columns.indexOf('PID')]);
}

interface InfluxAnswer {
  readonly results: readonly {
    readonly series?: readonly { readonly name: string; readonly columns: string[]; readonly values: unknown[][] }[];
  }[];
}

async function influxSays(url: URL, q: string): Promise<InfluxAnswer> {
  const answer = await fetch(new URL('/query', url.origin), { method: 'POST', body: new URLSearchParams({ q }) });
  return (await answer.json()) as InfluxAnswer;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; npm run bench:live brings the servers`);
  return value;
}
