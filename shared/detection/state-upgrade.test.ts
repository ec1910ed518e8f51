import { isJudged, reasonsOf } from './metric-observation';
import { METRIC_PREFIX } from './open-source-detector';
import { normals } from './relations/relations.factory';
import { MINUTE_MS, open, point, START, step } from './series.factory';
import beforeLeaps from './state-before-leaps.sample.json';
import beforeOwnRate from './state-before-own-rate.sample.json';

/**
 * The state of a source as earlier layouts wrote it, byte for byte, after 400 points: speed goes up and down once a
 * day, flow follows it. Whoever changes the layout stores a sample of what is at rest today, and lets it be read here.
 */
const SAMPLES: readonly [string, Readonly<Record<string, string>>][] = [
  ['before leaps in time were watched', beforeLeaps],
  ['before a series knew the rate of its own alarms', beforeOwnRate],
];

describe.each(SAMPLES)('a state written %s', (_, stored) => {
  const fields = new Map(Object.entries(stored).map(([name, bytes]) => [name, Buffer.from(bytes, 'base64')]));
  const follow = (rows: number, flow: (load: number, row: number) => number) => {
    const detector = open(fields);
    const random = normals(6);
    return Array.from({ length: rows }, (_, k) => {
      const row = 400 + k;
      const load = 10 * Math.sin((2 * Math.PI * row) / 288) + random();
      const metrics = { speed: 50 + load, flow: flow(load, k) + 0.1 * random() };
      return step(detector, point(START + row * 5 * MINUTE_MS, metrics));
    });
  };

  it('is of metrics and of what spans them', () => {
    expect([...fields.keys()]).toEqual([`${METRIC_PREFIX}speed`, `${METRIC_PREFIX}flow`, 's']);
  });

  it('is gone on with: nothing is learnt anew, and sound points are sound', () => {
    const steps = follow(50, (load) => 20 + 2 * load);
    expect(steps[0]!.observations.map(({ learnt }) => learnt)).toEqual([401, 401, 401]);
    for (const { observations, conclusion } of steps) {
      expect(conclusion.source.isAnomaly).toBe(false);
      const [speed] = observations;
      expect(Math.abs(speed!.expected! - speed!.value!)).toBeLessThan(8);
    }
  });

  it('knows what was never there', () => {
    const { observations, conclusion } = follow(10, (load, k) => (k === 9 ? 400 : 20 + 2 * load))[9]!;
    expect(conclusion.verdicts[1]!.isAnomaly).toBe(true);
    const [flow] = observations.filter(({ metric }) => metric === 'flow');
    expect(isJudged(flow!) && reasonsOf(flow)[0]!.words).toMatch(/× the highest in 34 hours/);
  });

  it('knows what went together', () => {
    const steps = follow(60, (_, k) => 20 + 15 * Math.cos(k));
    expect(steps.some(({ conclusion }) => conclusion.events.some(({ kind }) => kind === 'relation'))).toBe(true);
  });
});
