import fc from 'fast-check';
import { bandPolygons, scoreLine, valueLine, valueRange } from './panel-data';
import { plotSvg } from './plot-svg';
import { newSketch, type SketchPoint } from './sketch';

function point(timestamp: number, value: number, alarmScore = 0): SketchPoint {
  const isAnomaly = alarmScore >= 0.5;
  return { timestamp, value, lower: value - 1, upper: value + 1, anomalyScore: alarmScore / 2, alarmScore, isAnomaly };
}

describe('a sketch of a series', () => {
  it('keeps every extreme and the strongest anomalies in bounded memory, whatever the length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 400 }),
        (values) => {
          const sketch = newSketch(8);
          const points = values.map(([value, score], index) => point(index, value, score));
          for (const one of points) sketch.add(one);
          const buckets = sketch.buckets();
          expect(buckets.length).toBeLessThanOrEqual(16);
          expect(buckets.reduce((sum, { points: count }) => sum + count, 0)).toBe(points.length);
          expect(buckets.reduce((sum, { alarms }) => sum + alarms, 0)).toBe(
            points.filter((one) => one.isAnomaly).length,
          );
          if (points.length === 0) return;
          const most = (pick: (one: SketchPoint) => number, of: readonly SketchPoint[]) => Math.max(...of.map(pick));
          const drawn = buckets.flatMap(({ lowest, highest }) => [lowest, highest]);
          expect(most((one) => one.value!, drawn)).toBe(most((one) => one.value!, points));
          expect(most((one) => -one.value!, drawn)).toBe(most((one) => -one.value!, points));
          expect(
            most(
              (one) => one.anomalyScore,
              buckets.map(({ strangest }) => strangest),
            ),
          ).toBe(most((one) => one.anomalyScore, points));
          const times = valueLine(buckets).map(([time]) => time);
          expect(times).toEqual([...times].sort((a, b) => a - b));
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe('what a panel shows', () => {
  const steady = (from: number, count: number) => Array.from({ length: count }, (_, index) => point(from + index, 10));
  const bucketsOf = (points: readonly SketchPoint[]) => {
    const sketch = newSketch(1000);
    for (const one of points) sketch.add(one);
    return sketch.buckets();
  };

  it('breaks the line and the band where the series pauses', () => {
    const buckets = bucketsOf([...steady(0, 50), ...steady(1000, 50)]);
    expect(valueLine(buckets).filter(([, value]) => value === null)).toHaveLength(1);
    expect(scoreLine(buckets).filter(([, value]) => value === null)).toHaveLength(1);
    expect(bandPolygons(buckets).map((polygon) => polygon.length)).toEqual([100, 102]);
  });

  it('breaks it too where the pause lies within a bucket', () => {
    const sketch = newSketch(30);
    for (const one of [...steady(0, 51), ...steady(1000, 50)]) sketch.add(one);
    expect(valueLine(sketch.buckets())).toContainEqual([50, null]);
    expect(bandPolygons(sketch.buckets())).toHaveLength(2);
  });

  it('does not let a wide young band hide the values', () => {
    const wide = { ...point(0, 10), lower: -1e9, upper: 1e9 };
    const { min, max } = valueRange(bucketsOf([wide, point(1, 20)]));
    expect(min).toBeGreaterThan(0);
    expect(max).toBeLessThan(30);
  });

  it('has a range for a constant', () => {
    const { min, max } = valueRange(bucketsOf([{ ...point(0, 0), lower: undefined, upper: undefined }]));
    expect(min).toBeLessThan(0);
    expect(max).toBeGreaterThan(0);
  });
});

describe('a page', () => {
  it('says that there is nothing to draw', () => {
    expect(plotSvg({ series: [], leftOut: 0 }, { threshold: 0.5 })).toContain('Nothing to draw');
  });

  it('marks up no text as such', () => {
    const sketch = newSketch(10);
    sketch.add(point(0, 1, 0.9));
    const svg = plotSvg(
      { series: [{ source: '<script>&', metric: 'a"<b>', buckets: sketch.buckets() }], leftOut: 3 },
      { threshold: 0.5 },
    );
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('3 more are not shown');
  });
});
