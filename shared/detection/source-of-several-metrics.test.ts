import type { DataPoint } from '../domain/data-point';
import { builtInModel } from './built-in-model';
import { normals } from './relations/relations.factory';
import { CONTEXT, MINUTE_MS, open, point, START, step } from './series.factory';

const ROWS = 1200;
const BROKEN_FROM = 1000;

/** Flow follows speed, pressure follows flow; from a row on pressure goes its own way, in its usual range. */
function pumpPoints(): DataPoint[] {
  const random = normals(31);
  let load = 0;
  return Array.from({ length: ROWS }, (_, row) => {
    load = 0.9 * load + random();
    const pressure = (row < BROKEN_FROM ? 0.3 * load : 0.7 * random()) + 0.05 * random();
    return point(START + row * MINUTE_MS, {
      speed: 50 + load,
      flow: 20 + 2 * load + 0.1 * random(),
      pressure: 3 + pressure,
    });
  });
}

const points = pumpPoints();
const detector = open();
const steps = points.map((one) => step(detector, one));

describe('a source of several metrics', () => {
  it('notices that one metric no longer follows the others, and which', () => {
    const opened = steps
      .flatMap(({ conclusion }) => conclusion.events)
      .filter(({ phase, kind }) => phase === 'opened' && kind === 'relation');
    const after = opened.find(({ timestamp }) => timestamp >= START + BROKEN_FROM * MINUTE_MS);
    expect(after!.timestamp).toBeLessThan(START + (BROKEN_FROM + 60) * MINUTE_MS);
    expect(after).toMatchObject({ source: 'pump-17', kind: 'relation' });
    expect(after!.metric).toBeUndefined();
    expect(after!.contributions[0]!.name).toBe('pressure');
    expect(after!.contributions[0]!.words).toMatch(/^pressure no longer follows (flow|speed|the other metrics)$/);
    expect(opened.length).toBeLessThanOrEqual(2);
  });

  it.each([1, 2, 41, 700, 1010])('goes on alike when saved and loaded after row %i', (row) => {
    const before = open();
    for (const one of points.slice(0, row)) step(before, one);
    const after = open(before.encode());
    const rest = points.slice(row).map((one) => step(after, one));
    expect(rest).toEqual(steps.slice(row));
  });

  it('comes to the same when a batch is advanced whole before it is concluded', () => {
    const batched = open();
    const observed = points.map((one) => batched.advance(one));
    const conclusions = observed.map((observations, row) => {
      const scores = observations.flatMap(({ features }) => (features ? [builtInModel.score(features)] : []));
      return batched.conclude(points[row]!, observations, scores, CONTEXT);
    });
    expect(conclusions).toEqual(steps.map(({ conclusion }) => conclusion));
    expect(batched.encode()).toEqual(detector.encode());
  });

  it('learns the same whatever the model answers', () => {
    const silent = open();
    for (const one of points) {
      const observations = silent.advance(one);
      const scores = observations.flatMap(({ features }) => (features ? [{ anomaly: 0.99, alarm: 0.01 }] : []));
      silent.conclude(one, observations, scores, CONTEXT);
    }
    const next = point(START + ROWS * MINUTE_MS, { speed: 50, flow: 20, pressure: 3 });
    expect(silent.advance(next)).toEqual(open(detector.encode()).advance(next));
  });

  it('refuses fewer scores than vectors', () => {
    const fresh = open();
    const observations = fresh.advance(points[0]!);
    expect(() => fresh.conclude(points[0]!, observations, [], CONTEXT)).toThrow(RangeError);
  });

  it('does not alarm as a whole only because it has many metrics', () => {
    const random = normals(77);
    const many = open();
    let alone = 0;
    let whole = 0;
    for (let row = 0; row < 400; row++) {
      const metrics = Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`m${k}`, random()]));
      const { conclusion } = step(many, point(START + row * 5 * MINUTE_MS, metrics));
      if (conclusion.verdicts.some(({ isAnomaly }) => isAnomaly)) alone++;
      if (conclusion.source.isAnomaly) whole++;
    }
    expect(alone).toBeGreaterThan(10);
    expect(whole).toBeLessThan(alone / 10);
  });
});
