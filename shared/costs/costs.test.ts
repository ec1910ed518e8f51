import { fitted, limitsOf, overfull } from './capacity';
import { costsOf, totalOf } from './costs';
import { estimateCost } from './estimate';
import { knobsOf } from './knobs';
import type { CostedEnvironment, FleetLoad } from './load';
import { MEASURED } from './measured';
import { PRICES } from './prices';
import { replayHours } from './replay';
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
  budget: { series: 15_000, strangers: 5_000 },
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
    ['store, series', { sources: 200_000, intervalMs: 3_600_000 }],
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

describe('rows that a store keeps', () => {
  const kept = (retentionDays: number, sources = 20_000) => {
    const row: CostedEnvironment = {
      ...ROW,
      store: { kind: 'timestream-influx', instance: 'db.influx.large', gigabytes: 400, retentionDays, standby: false },
    };
    const load = { ...LOAD, sources };
    return { row, load, size: limitsOf(row, load).find(({ part }) => part === 'store, size')! };
  };

  test('take the room of their days and of the one that ends', () => {
    expect(kept(29).size.share / kept(9).size.share).toBeCloseTo(3);
    expect(kept(7).size.words).toMatch(/^rows of 7 days take \d+ of its 400 GB$/);
  });

  test('are kept as long as the row says where that fits into a larger disk', () => {
    const { row, load } = kept(30);
    const { store } = fitted(row, load);
    expect(store).toMatchObject({ retentionDays: 30 });
    expect((store as { gigabytes: number }).gigabytes).toBeGreaterThan(400);
  });

  test('are kept for less where no disk is large enough, and never for less than they are scored again', () => {
    const { row, load } = kept(30, 1_000_000);
    expect((fitted(row, load).store as { retentionDays: number }).retentionDays).toBeLessThan(30);
    const far = { ...row, schedules: { ...row.schedules, rescoreHours: 720 } };
    expect(limitsOf(far, load).find(({ part }) => part === 'store, size')!.change).toBeUndefined();
  });
});

describe('training', () => {
  const TRAINING = {
    by: { kind: 'sagemaker', spot: true, hoursMax: 24, gigabytes: 100 },
    ...{ everyDays: 7, historyDays: 90, pointsMax: 10_000_000 },
  } as const;
  const usage = (sources: number) => usageOf(ROW, { ...LOAD, sources });
  const hours = (sources: number, pointsMax: number) => replayHours({ historyDays: 90, pointsMax }, usage(sources));

  test('replays all points where there are no more than it may', () => {
    const points = (1_000 / 10) * 90 * 86_400;
    expect(hours(1_000, points)).toBeCloseTo(hours(1_000, 10 * points), 9);
  });

  test('of more points than it may replay takes what it takes to read them', () => {
    const { readPointMs, replayPointMs, replayValueMs } = MEASURED;
    const replaying = 2 * replayPointMs.value + 3 * replayValueMs.value;
    const points = (1_000_000 / 10) * 90 * 86_400;
    expect(hours(1_000_000, Number.POSITIVE_INFINITY)).toBeCloseTo((points * replaying) / 3.6e6, 3);
    expect(hours(1_000_000, 1_000) / ((2 * points * readPointMs.value) / 3.6e6)).toBeCloseTo(1, 3);
    expect(hours(1_000_000, 1e8)).toBeLessThan(hours(1_000_000, 1e9));
  });

  test('needs a disk for the archive, and says which', () => {
    const row: CostedEnvironment = { ...ROW, training: TRAINING };
    const load = { ...LOAD, sources: 4_000 };
    expect(overfull(limitsOf(row, load)).map(({ part }) => part)).toContain('training, disk');
    expect(estimateCost(row, load).fitted!.changes.join()).toMatch(/training\.by\.gigabytes: \d+ \(now 100\)/);
  });

  test('goes back less far where reading would take too long', () => {
    const row: CostedEnvironment = { ...ROW, training: TRAINING };
    const { training } = fitted(row, { ...LOAD, sources: 100_000 });
    expect(training!.historyDays).toBeLessThan(90);
    expect(training!.historyDays).toBeGreaterThan(1);
  });

  test('costs by the hours that its jobs take', () => {
    const row: CostedEnvironment = { ...ROW, training: TRAINING };
    expect(dollars(row, { ...LOAD, sources: 10_000 }, 'Training')).toBeGreaterThan(
      10 * dollars(row, { ...LOAD, sources: 10 }, 'Training'),
    );
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
