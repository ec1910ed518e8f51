import { existsSync, readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { openFolderPlace } from '../../shared/adapters/files/folder-place';
import { openQuarantineArchive } from '../../shared/adapters/quarantine-archive';
import { influxRows } from '../influx-rows';

/** Everything that outlives a run, in lines that compare: what, whose, value. */
export interface Remains {
  /** Source and field to bytes in hexadecimal. */
  readonly states: ReadonlyMap<string, string>;
  /** Series and time to the row's fields, but for those that say how it came to be scored. */
  readonly rows: ReadonlyMap<string, string>;
  /** Rows as they stand in the database: more than `rows` if one was written twice in effect. */
  readonly rowsStored: number;
  readonly degraded: number;
  readonly events: ReadonlyMap<string, string>;
  /** Ids of the events. */
  readonly ids: ReadonlySet<string>;
  readonly quarantined: ReadonlySet<string>;
  /** Distinct ids, and how often an id was published again. */
  readonly published: ReadonlySet<string>;
  readonly publishedAgain: number;
}

/** Bits of a row's flags: it is degraded; its vector and its bar were kept, which such rows do. */
const DEGRADED = 512;
const WHEN_DEGRADED = 64 | 128 | DEGRADED;

export async function whatRemains(places: {
  readonly redis: string;
  readonly influx: string;
  readonly folder: string;
}): Promise<Remains> {
  const points = await influxRows(places.influx, 'points', ['source', 'metric']);
  const anomalies = await influxRows(places.influx, 'anomalies', ['source', 'metric']);
  const published = existsSync(`${places.folder}/published.txt`)
    ? readFileSync(`${places.folder}/published.txt`, 'utf8').trim().split('\n')
    : [];
  const quarantined = new Set<string>();
  const { read } = openQuarantineArchive(openFolderPlace(places.folder));
  for await (const { object } of read()) quarantined.add(object.id);
  return {
    states: await redisStates(places.redis),
    rows: new Map(
      points.map(({ key, fields }) => [
        key,
        JSON.stringify({
          ...fields,
          degraded: undefined,
          features: undefined,
          bar: undefined,
          flags: Number(fields['flags']) & ~WHEN_DEGRADED,
        }),
      ]),
    ),
    rowsStored: points.length,
    degraded: points.filter(({ fields }) => (Number(fields['flags']) & DEGRADED) !== 0).length,
    ids: new Set(anomalies.map(({ fields }) => (JSON.parse(String(fields['event'])) as { id: string }).id)),
    events: new Map(anomalies.map(({ key, fields }) => [key, withoutDegraded(fields)])),
    quarantined,
    published: new Set(published),
    publishedAgain: published.length - new Set(published).size,
  };
}

/** An event says whether it was scored by the built-in model; that is all that a fault may change of it. */
function withoutDegraded(fields: Record<string, unknown>): string {
  return JSON.stringify(fields).replace(/\\"degraded\\":(true|false)/g, '');
}

async function redisStates(url: string): Promise<Map<string, string>> {
  const redis = new Redis(url);
  const states = new Map<string, string>();
  for await (const keys of redis.scanStream({ count: 1_000 })) {
    for (const key of keys as string[]) {
      const isSet = (await redis.type(key)) === 'zset';
      const fields = isSet ? await deadlines(redis, key) : await redis.hgetallBuffer(key);
      for (const [field, bytes] of Object.entries(fields)) states.set(`${key} ${field}`, bytes.toString('hex'));
    }
  }
  redis.disconnect();
  return states;
}

/** Of the silence index: sources and when they are missed. */
async function deadlines(redis: Redis, key: string): Promise<Record<string, Buffer>> {
  const flat = await redis.zrange(key, '0', '-1', 'WITHSCORES');
  return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, Buffer.from(flat[i + 1]!)]] : [])));
}
