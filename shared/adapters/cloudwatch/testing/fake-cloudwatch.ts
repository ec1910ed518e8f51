import type { ServerResponse } from 'node:http';
import { type FakeRequest, startFakeServer } from '../../aws/testing/fake-server';

/** GetMetricData as CloudWatch speaks it (JSON 1.0), strict about everything a caller must keep to. */
export interface FakeCloudWatch {
  readonly url: string;
  /** Values of metrics by namespace, name and dimensions, as {@link metricKey} joins them. */
  readonly values: Map<string, { readonly at: number; readonly value: number }[]>;
  /** What happens instead of an answer, asked for each call from 0. */
  fate: (call: number) => 'works' | 'hangs' | 'internal error' | 'forbidden' | { error: string; status: number };
  /** Calls so far. */
  calls: number;
  /** What a caller must not send; empty at the end of a test. */
  readonly faults: string[];
  close(): Promise<void>;
}

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}
interface Asked {
  readonly MetricDataQueries: readonly Query[];
  /** Epoch seconds. */
  readonly StartTime: number;
  readonly EndTime: number;
  readonly NextToken?: string;
}

/** Values of one metric on a page: few, so that tests meet several pages. */
const PAGE_VALUES = 2;

export function metricKey(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

export async function startFakeCloudWatch(): Promise<FakeCloudWatch> {
  const server = await startFakeServer((request, response, call) => answer(fake, request, response, call));
  const fake: FakeCloudWatch = {
    url: server.url,
    values: new Map(),
    fate: () => 'works',
    calls: 0,
    faults: [],
    close: () => server.close(),
  };
  return fake;
}

function answer(fake: FakeCloudWatch, { headers, body }: FakeRequest, response: ServerResponse, call: number): void {
  fake.calls += 1;
  const asked = JSON.parse(body) as Asked;
  if (!String(headers['x-amz-target']).endsWith('.GetMetricData')) fake.faults.push(`not served: ${body}`);
  fake.faults.push(...faultsOf(asked));
  const fate = fake.fate(call);
  if (fate === 'hangs') return;
  if (typeof fate === 'object') {
    say(response, fate.status, { __type: fate.error, message: 'told so' });
    return;
  }
  const page = Number(asked.NextToken ?? 0);
  let isMore = false;
  const results = asked.MetricDataQueries.map((query) => {
    if (fate !== 'works') return { Id: query.Id, StatusCode: fate === 'forbidden' ? 'Forbidden' : 'InternalError' };
    const sums = sumsOf(fake, asked, query);
    const some = sums.slice(page * PAGE_VALUES, (page + 1) * PAGE_VALUES);
    if (sums.length > (page + 1) * PAGE_VALUES) isMore = true;
    return {
      Id: query.Id,
      Timestamps: some.map(([at]) => at / 1_000),
      Values: some.map(([, value]) => value),
      StatusCode: 'Complete',
    };
  });
  say(response, 200, { MetricDataResults: results, ...(isMore ? { NextToken: String(page + 1) } : {}) });
}

/** Sums of whole periods in the time asked for, newest first, as CloudWatch gives them. */
function sumsOf(fake: FakeCloudWatch, { StartTime, EndTime }: Asked, { MetricStat }: Query): [number, number][] {
  const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
  const key = metricKey(Namespace, MetricName, Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])));
  const sums = new Map<number, number>();
  for (const { at, value } of fake.values.get(key) ?? []) {
    const period = Math.floor(at / 1_000 / MetricStat.Period) * MetricStat.Period;
    if (period >= StartTime && period < EndTime) sums.set(period * 1_000, (sums.get(period * 1_000) ?? 0) + value);
  }
  return [...sums].sort(([a], [b]) => b - a);
}

/** @see API reference of GetMetricData: ids begin with a small letter; a time below 15 days wants periods of 60 s, 63 of 300 */
function faultsOf({ MetricDataQueries, StartTime, EndTime }: Asked): string[] {
  const faults: string[] = [];
  if (StartTime >= EndTime) faults.push('the time ends before it begins');
  if (MetricDataQueries.length > 500) faults.push('too many queries');
  for (const { Id, MetricStat } of MetricDataQueries) {
    if (!/^[a-z][a-zA-Z0-9_]*$/.test(Id)) faults.push(`id ${Id}`);
    if (MetricStat.Period % 60 !== 0) faults.push(`period ${MetricStat.Period}`);
    if (StartTime % MetricStat.Period !== 0 || EndTime % MetricStat.Period !== 0) faults.push('a period in part');
    if (((EndTime - StartTime) / MetricStat.Period) * MetricDataQueries.length > 100_800)
      faults.push('too many values');
  }
  return faults;
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
