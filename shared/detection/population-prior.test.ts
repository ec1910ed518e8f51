import { DEFAULT_SETTINGS } from '../domain/settings';
import { openerWithPrior } from './open-source-detector';
import { openPrior, PriorDocumentSchema } from './population-prior';
import { openPriorLearner } from './prior-learner';
import { normals } from './relations/relations.factory';
import { MINUTE_MS, open, point, run, SETTINGS, START } from './series.factory';

const STEP_MS = 15 * MINUTE_MS;

/** A temperature that follows the day, a little other from machine to machine. */
function temperature(seed: number, rows: number): number[] {
  const random = normals(seed);
  const level = 60 + 2 * random();
  return Array.from({ length: rows }, (_, row) => level + 8 * Math.sin((2 * Math.PI * row) / 96) + random());
}

function documentOf(machines: number, change: (value: number, row: number) => number = (value) => value) {
  const learner = openPriorLearner(DEFAULT_SETTINGS);
  for (let machine = 0; machine < machines; machine++) {
    temperature(machine, 1000).forEach((value, row) => {
      const metrics = { level: change(value, row) };
      learner.take({ ...point(START - (1000 - row) * STEP_MS, metrics), source: `machine-${machine}` });
    });
  }
  return learner.document('machines');
}

const document = documentOf(6);
const openLike = (fields?: Parameters<typeof open>[0]) =>
  openerWithPrior(openPrior(document))('pump-17', SETTINGS, fields);

describe('a prior', () => {
  it('is a document that can be written down and read', () => {
    const read = PriorDocumentSchema.parse(JSON.parse(JSON.stringify(document)));
    expect(read).toEqual(document);
    expect(read.metrics['level']!.series).toBe(6);
  });

  it('is the same whenever it is made of the same points', () => {
    expect(documentOf(6)).toEqual(document);
  });

  it.each([
    ['too few series', documentOf(2)],
    ['counters', documentOf(6, (_, row) => 100 * row)],
  ])('says nothing of %s', (_, made) => {
    expect(made.metrics).toEqual({});
  });

  it('lets a new series tell at once what is unlike all others', () => {
    const values = temperature(77, 40).map((value, row) => (row === 25 ? value + 12 : value));
    const [like] = [run(openLike(), values, STEP_MS)];
    expect(like.findIndex(({ conclusion }) => conclusion.verdicts[0]!.isAnomaly)).toBe(25);
  });

  it('spares new series the alarms of their first day', () => {
    let with_ = 0;
    let without = 0;
    for (let seed = 100; seed < 150; seed++) {
      const alarms = (detector: ReturnType<typeof open>) =>
        run(detector, temperature(seed, 150), STEP_MS).filter(({ conclusion }) => conclusion.verdicts[0]!.isAnomaly);
      with_ += alarms(openLike()).length;
      without += alarms(open()).length;
    }
    expect(without).toBeGreaterThan(3);
    expect(with_).toBeLessThan(without / 2);
  });

  it('is gone where the series has a history of its own', () => {
    const values = temperature(78, 6000);
    const scores = (detector: ReturnType<typeof open>) =>
      run(detector, values, STEP_MS).map(({ conclusion }) => conclusion.verdicts[0]!.anomalyScore);
    const alone = scores(open());
    const apart = scores(openLike()).map((score, row) => Math.abs(score - alone[row]!));
    const mean = (from: number, to: number) =>
      apart.slice(from, to).reduce((sum, difference) => sum + difference, 0) / (to - from);
    expect(mean(5000, 6000)).toBeLessThan(0.03);
    expect(mean(20, 100)).toBeGreaterThan(2 * mean(5000, 6000));
  });

  it.each<[string, (value: number) => number]>([
    ['lies elsewhere', (value) => value + 500],
    ['has another unit', (value) => value / 1000],
  ])('is not used for a series of the name that %s', (_, change) => {
    const values = temperature(79, 300).map(change);
    expect(run(openLike(), values, STEP_MS)).toEqual(run(open(), values, STEP_MS));
  });

  it('is not used for a series of another name', () => {
    const points = temperature(80, 100).map((value, row) => point(START + row * STEP_MS, { other: value }));
    expect(points.map((one) => openLike().advance(one))).toEqual(points.map((one) => open().advance(one)));
  });

  it.each([1, 10, 20, 150, 199, 200, 201])('goes on alike when saved and loaded after row %i', (row) => {
    const values = temperature(81, 260);
    const whole = run(openLike(), values, STEP_MS);
    const before = openLike();
    run(before, values.slice(0, row), STEP_MS);
    const rest = run(openLike(before.encode()), values.slice(row), STEP_MS, START + row * STEP_MS);
    expect(rest).toEqual(whole.slice(row));
  });

  it('of another layout lends nothing', () => {
    const other = { ...document, metrics: { level: { series: 3, memory: Buffer.alloc(2200, 9).toString('base64') } } };
    expect(openPrior(other).beginnings.size).toBe(0);
  });
});
