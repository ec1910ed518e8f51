import { fitted, limitsOf, overfull } from './capacity';
import { costsOf, totalOf } from './costs';
import { estimateCost } from './estimate';
import { knobsOf } from './knobs';
import type { CostedEnvironment, FleetLoad } from './load';
import { PRICES } from './prices';
import { usageOf } from './usage';

const LOAD: FleetLoad = { sources: 1_000, metrics: 3, intervalMs: 10_000, pointsPerRecord: 1, alarmsPerWeek: 1 };
const ROW: CostedEnvironment = {
  name: 'trial',
  encryption: 'aws-key',
  tracing: false,
  stream: { shards: 2, retentionHours: 24 },
  network: { endpointZones: 1 },
  states: { kind: 'elasticache', gigabytesMax: 5, ecpuPerSecondMax: 20_000 },
  store: { kind: 'timestream-influx', instance: 'db.influx.large', gigabytes: 400, standby: false },
  model: { kind: 'sagemaker', instance: 'ml.m5.large', instances: 1 },
  detection: { memoryMb: 1_769, batchRecords: 500, batchWindowSeconds: 1, parallelization: 1 },
  budget: { series: 15_000 },
  schedules: { watchSilenceMinutes: 1, rescoreMinutes: 5, rescoreHours: 72 },
  archive: { bufferSeconds: 300, bufferMegabytes: 64, infrequentAfterDays: 30 },
};
const dollars = (row: CostedEnvironment, load: FleetLoad, service: string) =>
  costsOf(row, load).find((item) => item.service === service)?.dollars ?? 0;

describe('the usage of a load', () => {
  test.each<
    [
      says: string,
      row: Partial<CostedEnvironment['detection']>,
      load: Partial<FleetLoad>,
      records: number,
      batches: number,
    ]
  >([
    ['a second of a shard fits into a batch', {}, {}, 50, 2],
    ['a batch is full before its second is over', { batchRecords: 10 }, {}, 10, 10],
    ['a longer window takes more at once', { batchWindowSeconds: 5 }, {}, 250, 0.4],
    ['fewer records than seconds come one at a time', {}, { sources: 10 }, 1, 1],
    ['points share records', {}, { pointsPerRecord: 5 }, 10, 2],
  ])('%s', (_, detection, load, records, batches) => {
    const usage = usageOf({ ...ROW, detection: { ...ROW.detection, ...detection } }, { ...LOAD, ...load });
    expect(usage.recordsPerBatch).toBeCloseTo(records);
    expect(usage.batches).toBeCloseTo(batches);
  });

  test('a batch that spans three points of a source loads its state once for them', () => {
    const wide = { ...ROW, detection: { ...ROW.detection, batchWindowSeconds: 30, batchRecords: 10_000 } };
    expect(usageOf(ROW, LOAD).stateTurns).toBeCloseTo(100);
    expect(usageOf(wide, LOAD).stateTurns).toBeCloseTo(100 / 3);
  });
});

describe('dollars', () => {
  test('follow from prices: shards and put units', () => {
    const units = 100 * 730 * 3_600;
    expect(dollars(ROW, LOAD, 'Kinesis')).toBeCloseTo(730 * 2 * 0.015 + units * 0.014e-6, 6);
  });

  test('a record counts as five kilobytes to Firehose, so ten points in one cost nearly a tenth', () => {
    const one = dollars(ROW, LOAD, 'Firehose and S3 archive');
    const packed = dollars(ROW, { ...LOAD, pointsPerRecord: 10 }, 'Firehose and S3 archive');
    expect(one / packed).toBeGreaterThan(7);
  });

  test('grow with the load, and only those parts do that are paid by use', () => {
    const more = { ...LOAD, sources: 2_000 };
    for (const { service, dollars: now } of costsOf(ROW, LOAD))
      expect(dollars(ROW, more, service)).toBeGreaterThanOrEqual(now);
    expect(dollars(ROW, more, 'SageMaker endpoint')).toBe(dollars(ROW, LOAD, 'SageMaker endpoint'));
  });

  test('of servers of one’s own are not told', () => {
    const own: CostedEnvironment = { ...ROW, states: { kind: 'url' }, store: { kind: 'url' }, model: { kind: 'url' } };
    const services = costsOf(own, LOAD).map(({ service }) => service);
    expect(services).not.toEqual(expect.arrayContaining(['ElastiCache Serverless']));
    expect(services).not.toEqual(expect.arrayContaining(['SageMaker endpoint']));
    expect(services).not.toEqual(expect.arrayContaining(['Timestream']));
  });

  test('of an instance without a price are refused', () => {
    const odd: CostedEnvironment = { ...ROW, model: { kind: 'sagemaker', instance: 'ml.odd', instances: 1 } };
    expect(() => costsOf(odd, LOAD)).toThrow(/no price for ml\.odd/);
  });

  test('a stream on demand and LiveAnalytics have their own prices', () => {
    const other: CostedEnvironment = {
      ...ROW,
      stream: { shards: 'on-demand', retentionHours: 24 },
      store: { kind: 'timestream', memoryHours: 24, magneticDays: 365 },
    };
    expect(dollars(other, LOAD, 'Kinesis')).toBeGreaterThan(730 * PRICES.kinesisOnDemandHour);
    expect(dollars(other, LOAD, 'Timestream')).toBeGreaterThan(300 * 730 * 3_600 * PRICES.liveAnalyticsWrite);
  });
});

describe('what a row carries', () => {
  test.each<[part: string, load: Partial<FleetLoad>]>([
    ['shards', { sources: 20_000 }],
    ['cache, work', { sources: 20_000 }],
    ['cache, size', { sources: 1_000_000, intervalMs: 3_600_000 }],
    ['store, size', { sources: 20_000 }],
    ['store, work', { sources: 200_000, metrics: 5 }],
    ['functions', { sources: 10_000, metrics: 40 }],
    ['budget', { sources: 6_000 }],
  ])('%s: is told when it is too little, and a change that is enough', (part, load) => {
    const all = { ...LOAD, ...load };
    expect(overfull(limitsOf(ROW, all)).map((limit) => limit.part)).toContain(part);
    const fit = fitted(ROW, all);
    const left = limitsOf(fit, all).find((limit) => limit.part === part);
    expect(left!.share <= 0.7 || left!.change === undefined).toBe(true);
  });

  test('a load that fits needs no change', () => {
    const estimate = estimateCost(ROW, LOAD);
    expect(estimate.carries).toBe(true);
    expect(estimate.fitted).toBeUndefined();
    expect(fitted(ROW, LOAD)).toBe(ROW);
  });

  test('one that does not is told value by value, and costs more', () => {
    const estimate = estimateCost(ROW, { ...LOAD, sources: 20_000 });
    expect(estimate.carries).toBe(false);
    expect(estimate.fitted!.changes).toContain('stream.shards: 3 (now 2)');
    expect(estimate.fitted!.month).toBeGreaterThan(estimate.month);
    expect(estimate.fitted!.carries).toBe(true);
  });
});

describe('knobs', () => {
  test('say what the bill would be without changing another thing', () => {
    const now = totalOf(costsOf(ROW, LOAD));
    const without = knobsOf(ROW, LOAD).find(({ words }) => words === 'no archive')!;
    const { archive: _, ...row } = ROW;
    expect(without.saves).toBeCloseTo(now - totalOf(costsOf(row, LOAD)));
  });

  test('compare NAT with endpoints, which wins when little is sent', () => {
    const nat = (load: FleetLoad) => knobsOf(ROW, load).find(({ words }) => words.startsWith('NAT'))!.saves;
    expect(nat({ ...LOAD, sources: 1 })).toBeLessThan(0);
    expect(nat({ ...LOAD, sources: 1 })).toBeGreaterThan(nat({ ...LOAD, sources: 100_000 }));
  });

  test('come with what is given for them, the largest first', () => {
    const knobs = knobsOf(ROW, LOAD);
    expect(knobs.length).toBeGreaterThan(5);
    for (const [i, { price, saves }] of knobs.entries()) {
      expect(price).not.toBe('');
      expect(saves).toBeLessThanOrEqual(knobs[i - 1]?.saves ?? Number.POSITIVE_INFINITY);
    }
  });
});

test('of a region without prices only the most is told', () => {
  const { month, monthMaxInRegion } = estimateCost(ROW, LOAD, 'eu-central-1');
  expect(monthMaxInRegion! / month).toBeCloseTo(1.33);
  expect(estimateCost(ROW, LOAD, 'us-east-1').monthMaxInRegion).toBeUndefined();
});
