import { createRedisCache } from '../../shared/adapters/redis/redis-cache';
import { CHECKPOINT_FIELD, type StateFields } from '../../shared/detection/ports';
import type { DataPoint } from '../../shared/domain/data-point';
import { compareSequences } from '../../shared/domain/position';
import { type InfluxRow, influxRows } from '../influx-rows';
import { physicalId } from './resources';
import { until } from './until';
import type { World } from './world';

/** Names of the deployed live path, as the stacks have made them. */
export function livePathOf({ resources }: World) {
  return {
    stream: physicalId(resources, 'AWS::Kinesis::Stream', /Points/),
    topic: physicalId(resources, 'AWS::SNS::Topic', /Anomalies/),
    quarantine: physicalId(resources, 'AWS::S3::Bucket', /Quarantine/),
    detectAnomalies: physicalId(resources, 'AWS::Lambda::Function', /DetectAnomalies/),
    rescoreDegraded: physicalId(resources, 'AWS::Lambda::Function', /RescoreDegraded/),
    alerts: physicalId(resources, 'AWS::DynamoDB::Table', /AlertState/),
    api: physicalId(resources, 'AWS::Lambda::Function', /^AlertsApi[^U]/),
    routeAlerts: physicalId(resources, 'AWS::Lambda::Function', /RouteAlerts/),
    watchSilence: physicalId(resources, 'AWS::Lambda::Function', /WatchSilence/),
  };
}

/** Values by source, metric and epoch milliseconds; a value that stands twice is there as often. */
export type Values = ReadonlyMap<string, readonly number[]>;

/** Rows of points as they stand in the database. */
export function storedRows(influxUrl: string): Promise<InfluxRow[]> {
  return influxRows(influxUrl, 'points', ['source', 'metric']);
}

/** Rows of one point, when they are there for each of its metrics. */
export async function rowsOf(influxUrl: string, point: DataPoint): Promise<InfluxRow[] | undefined> {
  const rows = await influxRows(influxUrl, 'points', ['source', 'metric'], `time = ${point.timestamp}ms`);
  const mine = rows.filter(({ tags }) => tags['source'] === point.source);
  return mine.length === Object.keys(point.metrics).length ? mine : undefined;
}

export function valuesOf(rows: readonly InfluxRow[]): Values {
  const values = new Map<string, number[]>();
  for (const { tags, fields } of rows) {
    const ms = Number(BigInt(String(fields['time'])) / 1_000_000n);
    const key = seriesKey(tags['source'], tags['metric'], ms);
    values.set(key, [...(values.get(key) ?? []), fields['value'] as number]);
  }
  return values;
}

export function valuesOfPoints(points: readonly DataPoint[]): Values {
  return new Map(
    points.flatMap(({ source, timestamp, metrics }) =>
      Object.entries(metrics).map(([metric, value]) => [seriesKey(source, metric, timestamp), [value]] as const),
    ),
  );
}

/** What was sent and is not stored exactly so, or stored and was not sent. */
export function differences(sent: Values, stored: Values): string[] {
  return [...new Set([...sent.keys(), ...stored.keys()])]
    .filter((key) => JSON.stringify(sent.get(key)) !== JSON.stringify(stored.get(key)))
    .map((key) => `${key}: sent ${sent.get(key)}, stored ${stored.get(key)}`);
}

/** Waits until the newest record of every source is in its state. */
export async function untilAbsorbed({ sent, urls }: World, limitMs: number): Promise<void> {
  const cache = createRedisCache({ url: urls.redis });
  const behind = async () => {
    const states = await cache.load([...sent.newest.keys()]);
    return [...sent.newest]
      .map(([source, newest], i) => ({ source, newest, absorbed: absorbedSequences(states[i]) }))
      .filter(({ newest, absorbed }) => !absorbed.some((sequence) => compareSequences(sequence, newest) >= 0));
  };
  try {
    const isDone = async () => ((await behind()).length === 0 ? true : undefined);
    await until('every source is absorbed', limitMs, isDone, behind);
  } finally {
    await cache.close();
  }
}

function absorbedSequences(state: StateFields | undefined): string[] {
  const checkpoint = state?.get(CHECKPOINT_FIELD);
  if (checkpoint === undefined) return [];
  const shards = JSON.parse(new TextDecoder().decode(checkpoint)) as [string, string, number][];
  return shards.map(([, sequence]) => sequence);
}

function seriesKey(source: string | undefined, metric: string | undefined, ms: number): string {
  return `${source} ${metric} ${ms}`;
}
