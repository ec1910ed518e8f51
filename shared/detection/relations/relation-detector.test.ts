import { RelationDetector, relationAlarmFeature, relationFeature, relationReading } from './relation-detector';
import { normals } from './relations.factory';

const names = (d: number) => Array.from({ length: d }, (_, j) => `m${j}`);

/** Metrics that follow two hidden drivers, each with noise of its own. */
function plant(d: number, seed: number): () => Float64Array {
  const noise = normals(seed);
  let a = 0;
  let b = 0;
  return () => {
    a += 0.1 * (noise() - a);
    b += 0.1 * (noise() - b);
    return Float64Array.from({ length: d }, (_, j) => 10 * j + 3 * a + (j % 2 ? b : -b) + 0.2 * noise());
  };
}

interface Run {
  scores: number[];
  levels: number[];
}

function run(rows: readonly Float64Array[], detector = new RelationDetector(names(rows[0]!.length))): Run {
  const reading = relationReading();
  const result: Run = { scores: [], levels: [] };
  for (const row of rows) {
    detector.advance(row, false, reading);
    result.scores.push(reading.score);
    result.levels.push(reading.level);
  }
  return result;
}

const times = (count: number, next: () => Float64Array) => Array.from({ length: count }, next);

describe('a relation detector', () => {
  it('finds the metric that no longer follows, though its values stay in their usual range', () => {
    const rows = times(1500, plant(4, 1));
    for (let i = 1200; i < 1500; i++) rows[i]![2] = rows[i - 700]![2]!;
    const detector = new RelationDetector(names(4));
    const reading = relationReading();
    const before = run(rows.slice(0, 1200), detector);
    expect(Math.max(...before.levels)).toBeLessThan(1);
    let firstAlarm = -1;
    const shares = new Float64Array(4);
    for (let i = 1200; i < 1300; i++) {
      detector.advance(rows[i]!, false, reading);
      if (reading.alarm && firstAlarm < 0) firstAlarm = i;
      for (let j = 0; j < 4; j++) shares[j]! += reading.contributions[j]!;
    }
    expect(firstAlarm).toBeGreaterThan(1199);
    expect(firstAlarm).toBeLessThan(1290);
    expect(shares.indexOf(Math.max(...shares))).toBe(2);
  });

  it.each([1, 7, 39, 200, 333, 777])('goes on to the bit after being saved and loaded at row %i', (at) => {
    const rows = times(900, plant(3, 2));
    const whole = run(rows);
    const detector = new RelationDetector(names(3));
    const first = run(rows.slice(0, at), detector);
    const bytes = detector.encode();
    const loaded = RelationDetector.decode(bytes);
    expect(loaded.encode()).toEqual(bytes);
    const second = run(rows.slice(at), loaded);
    expect([...first.scores, ...second.scores]).toEqual(whole.scores);
    expect([...first.levels, ...second.levels]).toEqual(whole.levels);
  });

  it('scores a row without looking at later ones', () => {
    const rows = times(600, plant(3, 3));
    expect(run(rows.slice(0, 400)).scores).toEqual(run(rows).scores.slice(0, 400));
  });

  it('puts its alarm limit at 0.5 of the built-in model', () => {
    const v = relationAlarmFeature({ ...relationReading(), level: 1 });
    expect(v / (v + 1.3)).toBe(0.5);
    expect(relationFeature({ ...relationReading(), score: 0.45 })).toBe(0.45);
  });
});
