import { counted } from '../../shared/adapters/contracts/distribution-log.contract';
import { FEATURES } from '../../shared/detection/model';
import type { Observation, Verdict } from '../../shared/detection/source-detector';
import type { Distributions } from '../../shared/training/distributions';
import type { DistributionLog, DistributionPart } from '../../shared/training/ports';
import { LiveDistributions } from './live-distributions';

const observation: Observation = {
  ...{ metric: 'a', value: 1, standing: 'current', features: FEATURES.map((name) => (name === 'novelty' ? 1 : 0)) },
  ...{ expected: undefined, lower: undefined, upper: undefined, learnt: 100, learningNeeds: 40 },
};
const verdict: Verdict = { anomalyScore: 0.1, alarmScore: 0, isAnomaly: false, contributions: [] };
const EVERY_MS = 600_000;

let now: number;
/** Parts as they were added, by name; the same name again takes its own place. */
let added: Map<string, readonly Distributions[]>;
let fate: 'works' | 'fails before' | 'fails after';
beforeEach(() => {
  now = 1_000_000;
  added = new Map();
  fate = 'works';
});
const log: DistributionLog = {
  async add({ process, from }: DistributionPart, some) {
    if (fate === 'fails before') throw new Error('away');
    await Promise.resolve();
    added.set(`${process} ${from}`, some);
    if (fate === 'fails after') throw new Error('no answer');
  },
  sumSince: () => Promise.reject(new Error('not used here')),
};
const open = (more = {}) => new LiveDistributions({ log, process: 'p', now: () => now, ...more });
const add = (to: LiveDistributions, times = 1, model = 'm') => {
  for (let i = 0; i < times; i++) to.add(model, [observation], [verdict]);
};
const vectors = () => [...added.values()].flat().reduce((sum, one) => sum + one.vectors, 0);

describe('what live vectors look like', () => {
  it('is handed over ten minutes after the first of them, not before', async () => {
    const live = open();
    add(live, 3);
    now += EVERY_MS - 1;
    await live.flushIfDue();
    expect(added.size).toBe(0);
    now += 1;
    await live.flushIfDue();
    expect([...added]).toEqual([['p 1000000', [counted(3)]]]);
  });

  it('is handed over earlier when it is much', async () => {
    const live = open({ vectorsMax: 10 });
    add(live, 9);
    await live.flushIfDue();
    add(live);
    await live.flushIfDue();
    expect(vectors()).toBe(10);
  });

  it('costs no call when nothing was counted', async () => {
    const live = open();
    live.add('m', [{ ...observation, standing: 'late' }], [verdict]);
    await live.flush();
    expect(added.size).toBe(0);
  });

  it('goes on in a part of its own, even within the same millisecond', async () => {
    const live = open();
    for (let part = 0; part < 3; part++) {
      add(live, 2);
      await live.flush();
    }
    expect([added.size, vectors()]).toEqual([3, 6]);
  });

  it.each(['fails before', 'fails after'] as const)(
    'is counted once where handing it over %s its effect, with what came meanwhile',
    async (how) => {
      const live = open();
      add(live, 3);
      now += EVERY_MS;
      fate = how;
      await expect(live.flushIfDue()).rejects.toThrow();
      add(live, 2);
      fate = 'works';
      now += EVERY_MS;
      await live.flushIfDue();
      expect([added.size, vectors()]).toEqual([1, 5]);
    },
  );

  it('is not tried again at each batch while the log is away', async () => {
    let calls = 0;
    const failing = { ...log, add: () => Promise.reject(new Error(`call ${++calls}`)) };
    const live = open({ log: failing, vectorsMax: 1 });
    for (let batch = 0; batch < 10; batch++) {
      add(live);
      await live.flushIfDue().catch(() => undefined);
      now += 1_000;
    }
    expect(calls).toBe(1);
  });

  it('loses nothing that other batches count while it is handed over', async () => {
    const live = open();
    add(live, 3);
    const flushing = live.flush();
    add(live, 4);
    const again = live.flush();
    await Promise.all([flushing, again]);
    await live.flush();
    expect(vectors()).toBe(7);
  });

  it('is kept apart by model, and by no more models than may be live', async () => {
    const live = open();
    for (let model = 0; model < 20; model++) add(live, 1, `m-${model}`);
    await live.flush();
    expect([...added.values()].flat().map(({ model }) => model)).toEqual(Array.from({ length: 8 }, (_, i) => `m-${i}`));
  });
});
