import { RelationDetector, relationReading } from './relation-detector';
import { metricNames, normals, plantRows, runRows } from './relations.factory';

/** Alarms after the first rows, and whether all scores were numbers. */
function summary({ scores, levels }: { scores: number[]; levels: number[] }) {
  return {
    finite: [...scores, ...levels].every((x) => Number.isFinite(x) && x >= 0),
    alarms: levels.filter((level) => level > 1).length,
  };
}

describe('a relation detector on odd input', () => {
  const noise = normals(99);
  const cases: [string, Float64Array[]][] = [
    ['constants', Array.from({ length: 2000 }, () => Float64Array.of(5, 0, -1e12))],
    ['one constant among live metrics', plantRows(3, 2000, 1).map(([a, b, c]) => Float64Array.of(a!, 7, b!, c!))],
    ['a metric given twice', plantRows(3, 2000, 2).map(([a, b, c]) => Float64Array.of(a!, a!, b!, c!))],
    [
      'a metric that is a sum of others',
      plantRows(3, 2000, 3).map(([a, b, c]) => Float64Array.of(a!, b!, c!, a! + b! + c!)),
    ],
    ['metrics around 1e12', plantRows(3, 2000, 4).map((row) => row.map((x) => x + 1e12))],
    ['metrics of 1e-300', plantRows(3, 2000, 5).map((row) => row.map((x) => x * 1e-300))],
    ['metrics of 1e100', plantRows(3, 2000, 6).map((row) => row.map((x) => x * 1e100))],
    [
      'two states and nothing between',
      Array.from({ length: 2000 }, () => (noise() > 0 ? Float64Array.of(0, 1) : Float64Array.of(1, 0))),
    ],
    [
      'a third of the values missing',
      plantRows(4, 2000, 7).map((row) => row.map((x) => (noise() > 0.43 ? Number.NaN : x))),
    ],
  ];
  it.each(cases)('neither fails nor alarms: %s', (_, rows) => {
    expect(summary(runRows(rows))).toEqual({ finite: true, alarms: 0 });
  });

  it('learns nothing from rows with fewer than two metrics, and does not judge them', () => {
    const detector = new RelationDetector(metricNames(3));
    runRows(plantRows(3, 500, 8), detector);
    const before = detector.encode();
    const reading = relationReading();
    for (const row of [
      [Number.NaN, Number.NaN, Number.NaN],
      [1, Number.NaN, Number.POSITIVE_INFINITY],
      [1, 1e300, -1e200],
    ]) {
      detector.advance(Float64Array.from(row), false, reading);
      expect(reading).toMatchObject({ judged: false, score: 0, level: 0, alarm: false });
    }
    expect(detector.encode()).toEqual(before);
  });

  it('recovers at once from wild values', () => {
    const rows = plantRows(3, 3000, 9);
    for (let i = 500; i < 3000; i += 250) rows[i]![i % 3] = 1e140 * (i % 2 ? 1 : -1);
    const { scores, levels } = runRows(rows);
    expect(summary({ scores, levels }).finite).toBe(true);
    const calm = runRows(plantRows(3, 3000, 9)).scores;
    for (let i = 500; i < 3000; i += 250) {
      expect(scores[i]!).toBeGreaterThan(2);
      expect(scores[i + 100]! - calm[i + 100]!).toBeLessThan(0.6);
    }
  });

  it('gives the same scores to the bit in another unit, if the factor is a power of two', () => {
    const rows = plantRows(3, 1000, 10);
    const scaled = rows.map((row) => Float64Array.of(row[0]! * 1024, row[1]! / 4096, -row[2]!));
    const plain = rows.map((row) => Float64Array.of(row[0]!, row[1]!, -row[2]!));
    expect(runRows(scaled).scores).toEqual(runRows(plain).scores);
  });

  it('gives nearly the same scores on another origin', () => {
    const rows = plantRows(3, 1000, 11);
    const moved = runRows(rows.map((row) => row.map((x) => x + 1e6))).scores;
    runRows(rows).scores.forEach((score, i) => {
      expect(moved[i]).toBeCloseTo(score, 3);
    });
  });

  it('stays quiet in 15,000 rows of white noise', () => {
    const white = normals(12);
    const { finite, alarms } = summary(
      runRows(Array.from({ length: 15_000 }, () => Float64Array.of(white(), white(), white()))),
    );
    expect({ finite, alarms }).toEqual({ finite: true, alarms: 0 });
  });

  it('neither wears out nor goes blind in 10,000 rows', () => {
    const rows = plantRows(4, 10_000, 13);
    for (let i = 9800; i < 10_000; i++) rows[i]![1] = rows[i - 4000]![1]!;
    const { scores, levels } = runRows(rows);
    const mean = (from: number, to: number) => scores.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
    expect(levels.slice(0, 9800).filter((level) => level > 1)).toEqual([]);
    expect(mean(5000, 9800)).toBeGreaterThan(0.35);
    expect(mean(5000, 9800)).toBeLessThan(0.65);
    expect(levels.slice(9800).some((level) => level > 1)).toBe(true);
  });
});

describe('metrics that come and go', () => {
  it('lets a metric join an established source without alarm, and learns what it follows', () => {
    const rows = plantRows(4, 4000, 14);
    for (let i = 3500; i < 4000; i++) rows[i]![3] = rows[i - 2000]![3]!;
    const detector = new RelationDetector(metricNames(3));
    const before = runRows(
      rows.slice(0, 1000).map((row) => row.slice(0, 3)),
      detector,
    );
    detector.join(['m3']);
    expect(detector.names).toEqual(['m0', 'm1', 'm2', 'm3']);
    const after = runRows(rows.slice(1000, 3500), detector);
    expect(Math.max(...before.levels, ...after.levels)).toBeLessThan(1);
    const broken = runRows(rows.slice(3500, 3700), detector);
    expect(Math.max(...broken.levels)).toBeGreaterThan(1);
  });

  it('goes on to the bit after being saved and loaded while a metric is on probation', () => {
    const rows = plantRows(3, 1200, 15);
    const detector = new RelationDetector(metricNames(2));
    runRows(
      rows.slice(0, 500).map((row) => row.slice(0, 2)),
      detector,
    );
    detector.join(['m2']);
    runRows(rows.slice(500, 600), detector);
    const loaded = RelationDetector.decode(detector.encode());
    expect(runRows(rows.slice(600), loaded)).toEqual(runRows(rows.slice(600), detector));
  });

  it('judges the others while one is away, and does not alarm when it comes back', () => {
    const rows = plantRows(4, 3000, 16);
    for (let i = 1000; i < 2500; i++) rows[i]![2] = Number.NaN;
    expect(Math.max(...runRows(rows).levels)).toBeLessThan(1);
    for (let i = 1800; i < 2000; i++) rows[i]![1] = rows[i - 1000]![1]!;
    expect(Math.max(...runRows(rows).levels.slice(1800, 2000))).toBeGreaterThan(1);
  });

  it('has 32 places, and leaves later metrics outside', () => {
    const detector = new RelationDetector(metricNames(30));
    detector.join(['x', 'y', 'z', 'x']);
    expect(detector.names.length).toBe(32);
    expect(detector.placeOf('y')).toBe(31);
    expect(detector.placeOf('z')).toBe(-1);
  });

  it('takes all metrics of a first row that is incomplete', () => {
    const rows = plantRows(3, 2000, 17);
    for (let i = 0; i < 30; i++) rows[i]![1] = Number.NaN;
    const { levels } = runRows(rows);
    expect(Math.max(...levels)).toBeLessThan(1);
  });
});
