import { RelationDetector, relationAlarmFeature, relationFeature, relationReading } from './relation-detector';
import { relationReasons } from './relation-words';
import { metricNames, normals, plantRows, runRows } from './relations.factory';

describe('a relation detector', () => {
  it('finds the metric that no longer follows, though its values stay in their usual range, and says so', () => {
    const rows = plantRows(4, 1500, 1);
    for (let i = 1200; i < 1500; i++) rows[i]![2] = rows[i - 700]![2]!;
    const detector = new RelationDetector(metricNames(4));
    expect(Math.max(...runRows(rows.slice(0, 1200), detector).levels)).toBeLessThan(1);
    const reading = relationReading();
    const shares = new Float64Array(4);
    let firstAlarm = 0;
    let words: string | undefined;
    for (let i = 1200; i < 1300; i++) {
      detector.advance(rows[i]!, false, reading);
      for (let j = 0; j < 4; j++) shares[j]! += reading.contributions[j]!;
      if (!reading.alarm || firstAlarm > 0) continue;
      firstAlarm = i;
      words = relationReasons(detector, reading).find(({ name }) => name === 'm2')?.words;
    }
    expect(firstAlarm).toBeGreaterThan(1200);
    expect(firstAlarm).toBeLessThan(1260);
    expect(shares.indexOf(Math.max(...shares))).toBe(2);
    // Even metrics share the sign of the second driver.
    expect(words).toBe('m2 no longer follows m0');
  });

  it('finds a metric that has frozen, and says so', () => {
    const noise = normals(8);
    const rows = plantRows(5, 2400, 8).map((row) => row.map((value) => value + 2 * noise()));
    for (let i = 2000; i < 2400; i++) rows[i]![3] = 30;
    const detector = new RelationDetector(metricNames(5));
    runRows(rows.slice(0, 2150), detector);
    const reading = relationReading();
    detector.advance(rows[2150]!, false, reading);
    expect(reading.alarm).toBe(true);
    expect(relationReasons(detector, reading)[0]).toMatchObject({
      name: 'm3',
      words: 'm3 fluctuates less than it used to',
    });
  });

  it('names a metric even where the blame is spread over many', () => {
    const detector = new RelationDetector(metricNames(20));
    const reading = relationReading();
    reading.contributions.fill(1 / 20, 0, 20);
    expect(relationReasons(detector, reading)).toHaveLength(1);
  });

  it('has room for 32 metrics', () => {
    const detector = new RelationDetector(metricNames(31));
    expect(detector.hasRoom).toBe(true);
    detector.join(metricNames(40));
    expect(detector.names).toEqual(metricNames(32));
    expect(detector.hasRoom).toBe(false);
  });

  it.each([1, 7, 39, 200, 333, 777])('goes on to the bit after being saved and loaded at row %i', (at) => {
    const rows = plantRows(3, 900, 2);
    for (let i = 0; i < 900; i += 11) rows[i]![i % 3] = Number.NaN;
    for (let i = 700; i < 800; i++) rows[i]![0]! += 9;
    const whole = runRows(rows);
    const detector = new RelationDetector(metricNames(3));
    const first = runRows(rows.slice(0, at), detector);
    const bytes = detector.encode();
    const loaded = RelationDetector.decode(bytes);
    expect(loaded.encode()).toEqual(bytes);
    const second = runRows(rows.slice(at), loaded);
    expect([...first.scores, ...second.scores]).toEqual(whole.scores);
    expect([...first.levels, ...second.levels]).toEqual(whole.levels);
  });

  it('scores a row without looking at later ones', () => {
    const rows = plantRows(3, 600, 3);
    expect(runRows(rows.slice(0, 400)).scores).toEqual(runRows(rows).scores.slice(0, 400));
  });

  it('keeps eight metrics in 6 KB at rest', () => {
    const detector = new RelationDetector(metricNames(8));
    runRows(plantRows(8, 3000, 4), detector);
    expect(detector.encode().length).toBeLessThan(6 * 1024);
  });

  it('accepts a change that lasts, and alarms no more', () => {
    const rows = plantRows(3, 6000, 5);
    for (let i = 1000; i < 6000; i++) rows[i]![1]! += 20;
    const { levels } = runRows(rows);
    expect(levels.findIndex((level) => level > 1)).toBeLessThan(1010);
    expect(Math.max(...levels.slice(4000))).toBeLessThan(1);
  });

  it('puts its alarm limit at 0.5 of the built-in model', () => {
    const v = relationAlarmFeature({ ...relationReading(), level: 1 });
    expect(v / (v + 1.3)).toBe(0.5);
    expect(relationFeature({ ...relationReading(), score: 0.45 })).toBe(0.45);
  });

  it.each([
    ['of nothing', new Uint8Array(0), 'ends at byte 0'],
    ['of another version', Uint8Array.from([2, 0, 0x45, 0x52, 0, 0, 0, 0]), 'header 52450002'],
    ['of no relations at all', Uint8Array.from([1, 2, 3, 4]), 'header 4030201'],
    ['with names cut short', Uint8Array.from([1, 0, 0x45, 0x52, 200, 0, 0, 0, 0x5b]), 'names 200 bytes'],
  ])('refuses a state %s', (_, bytes, message) => {
    expect(() => RelationDetector.decode(bytes)).toThrow(message);
  });

  it('refuses a state that was cut anywhere, and reads a later layout as far as it is known', () => {
    const detector = new RelationDetector(['a', 'b']);
    runRows(plantRows(2, 300, 6), detector);
    const bytes = detector.encode();
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => RelationDetector.decode(bytes.slice(0, length))).toThrow(RangeError);
    expect(RelationDetector.decode(Uint8Array.of(...bytes, 5, 5)).encode()).toEqual(bytes);
  });

  it('either refuses a state with a damaged byte by RangeError, or reads some state from it', () => {
    const detector = new RelationDetector(['a', 'b']);
    runRows(plantRows(2, 300, 7), detector);
    const bytes = detector.encode();
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = 255 - damaged[at]!;
      try {
        RelationDetector.decode(damaged);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
  });
});
