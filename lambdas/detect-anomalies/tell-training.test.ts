import fc from 'fast-check';
import { builtInModel, FAMILIES } from '../../shared/detection/built-in-model';
import type { Model } from '../../shared/detection/model';
import { openSourceDetector } from '../../shared/detection/open-source-detector';
import { normals } from '../../shared/detection/relations/relations.factory';
import type { StreamRecord } from '../../shared/runtime/kinesis';
import { Distributions } from '../../shared/training/distributions';
import type { DistributionLog, ShadowCounts } from '../../shared/training/ports';
import { addShadow, ChallengerSchema, openShadow, type Shadow, zeroShadow } from '../../shared/training/shadow';
import { MemoryParts } from '../../test/factories/memory-parts';
import { ARRIVAL, streamRecord, wirePoint } from '../../test/factories/records';
import { detectAnomalies } from './detect-anomalies';
import { LiveDistributions } from './live-distributions';
import type { Services } from './services';

const document = ChallengerSchema.parse({
  run: 'run-1',
  since: 0,
  model: {
    ...{ format: 'tidewatch-weighted-model', formatVersion: 1, schema: 1, version: 'weighted-1' },
    weights: Object.fromEntries(FAMILIES.map((family) => [family, 1])),
  },
});
/** Alarms at everything. */
const loud: Model = { version: 'loud', score: () => ({ anomaly: 0.9, alarm: 0.9 }) };
const throwing: Model = {
  version: 'throwing',
  score: () => {
    throw new Error('boom');
  },
};

const normal = normals(3);
/** Three sources with a wave, noise and a spike now and then; enough points that they are judged. */
const stream: readonly StreamRecord[] = Array.from({ length: 240 }, (_, i) => {
  const timestamp = ARRIVAL - (240 - i) * 60_000;
  const level = (k: number) => 50 + 10 * Math.sin(i / 12 + k) + normal() + (i > 150 && i % 40 === k ? 60 : 0);
  return streamRecord(
    ['x', 'y', 'z'].map((source, k) => wirePoint({ source, timestamp, metrics: { level: level(k), flow: normal() } })),
    1_000 + i,
  );
});
const BATCH = 20;
const batches = Array.from({ length: stream.length / BATCH }, (_, i) => stream.slice(i * BATCH, (i + 1) * BATCH));

interface Told {
  readonly parts: MemoryParts;
  readonly counts: ShadowCounts;
}

/** The stream through the real engine, as Lambda delivers it, with these services beside. */
async function run(
  beside: Pick<Services, 'shadow' | 'distributions'>,
  fate?: MemoryParts['fate'],
  scorer: (parts: MemoryParts) => Services['scorer'] = () => ({
    score: async (vectors) => ({ scores: vectors.map((v) => builtInModel.score(v)), model: builtInModel.version }),
  }),
): Promise<Told> {
  const parts = new MemoryParts();
  if (fate !== undefined) parts.fate = fate;
  const counts = zeroShadow();
  const observe: Services['observe'] = { ...parts.services.observe, shadow: (_, some) => addShadow(counts, some) };
  const services = { ...parts.services, openDetector: openSourceDetector, scorer: scorer(parts), ...beside, observe };
  for (const batch of batches) {
    let rest: readonly StreamRecord[] = batch;
    while (rest.length > 0) {
      const outcomes = await detectAnomalies(rest, services);
      const failed = outcomes.findIndex(({ done }) => !done);
      rest = failed < 0 ? [] : rest.slice(failed);
    }
  }
  return { parts, counts };
}

/** All that outlives a run, to the byte and in the order in which it came. */
function remains({ states, rows, stored, published, quarantined, index }: MemoryParts): string {
  const hex = [...states].map(([source, fields]) => [
    source,
    [...fields].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]),
  ]);
  return JSON.stringify([hex, [...rows], [...stored], published, [...quarantined], [...index.filed], index.shards()]);
}

/** Every third call fails so, of the first thirty. */
const often =
  (how: 'fails before' | 'fails after'): MemoryParts['fate'] =>
  (call, part) =>
    call % 3 === 0 && call <= 90 && part !== 'scorer' ? how : 'works';

const beside = (model: Model) => {
  const shadow: Shadow = openShadow(document, model);
  return { shadow: async () => shadow };
};
/** Hands over whenever so many were counted. */
const handingOver = (add: DistributionLog['add'], vectorsMax: number) =>
  new LiveDistributions({
    log: { add, sumSince: () => Promise.reject(new Error('not used here')) },
    ...{ process: 'p', now: () => 0, vectorsMax },
  });
const away = () => handingOver(() => Promise.reject(new Error('away')), 1);

describe('a challenger beside the champion', () => {
  it.each<[string, Pick<Services, 'shadow' | 'distributions'>]>([
    ['that alarms at everything', beside(loud)],
    ['that throws at everything', beside(throwing)],
    ['that cannot be had', { shadow: () => Promise.reject(new Error('no challenger')) }],
    ['and a log of distributions that fails', { ...beside(loud), distributions: away() }],
  ])('%s changes nothing of states, rows, events and their order', async (_, services) => {
    const alone = await run({});
    const { parts } = await run(services);
    expect(alone.parts.published.length).toBeGreaterThan(3);
    expect(remains(parts)).toBe(remains(alone.parts));
    expect(parts.batches).toEqual(alone.parts.batches);
  });

  it('changes nothing either where every other call fails, before or after its effect', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.constantFrom('works', 'works', 'fails before', 'fails after')),
        async (fates) => {
          const list = Array.from({ length: 40 }, () => fates.next().value as 'works');
          const fate: MemoryParts['fate'] = (call) => list[call - 1] ?? 'works';
          const alone = await run({}, fate);
          const { parts, counts } = await run({ ...beside(loud), distributions: away() }, fate);
          expect(remains(parts)).toBe(remains(alone.parts));
          expect(counts.vectors).toBeGreaterThan(0);
        },
      ),
      { numRuns: 4, seed: 7 },
    );
  });

  it('is compared on each vector once, whatever fails and comes again', async () => {
    const { counts } = await run(beside(loud));
    expect(counts.vectors).toBeGreaterThan(1_000);
    expect((await run(beside(loud), often('fails before'))).counts).toEqual(counts);
    // A commit that took effect without an answer is found done by the next delivery: nobody compares its vectors.
    expect((await run(beside(loud), often('fails after'))).counts.vectors).toBeLessThanOrEqual(counts.vectors);
  });

  it('that is the champion agrees in every alarm', async () => {
    const { parts, counts } = await run(beside(builtInModel));
    const alarms = [...parts.rows.values()].filter(({ isAnomaly }) => isAnomaly).length;
    expect(alarms).toBeGreaterThan(3);
    expect(counts).toMatchObject({ onlyChampion: 0, onlyChallenger: 0, failed: 0 });
    expect(counts.both).toBeGreaterThanOrEqual(alarms);
  });

  it('that throws is counted as failed, on each vector', async () => {
    const { counts } = await run(beside(throwing));
    expect(counts).toMatchObject({ both: 0, onlyChampion: 0, onlyChallenger: 0 });
    expect(counts.failed).toBe(counts.vectors);
  });

  it('is not compared where the champion did not answer', async () => {
    const { parts, counts } = await run(
      beside(loud),
      (_, part) => (part === 'scorer' ? 'fails before' : 'works'),
      (own) => own.services.scorer,
    );
    expect([...parts.rows.values()].every(({ degraded }) => degraded)).toBe(true);
    expect(counts).toEqual(zeroShadow());
  });

  it('that is not there is looked for once a batch, and nothing else is done', async () => {
    let looks = 0;
    const { counts } = await run({
      shadow: async () => {
        looks += 1;
        return undefined;
      },
    });
    expect([looks, counts]).toEqual([batches.length, zeroShadow()]);
  });

  it('that cannot be had is told as a problem', async () => {
    const { parts } = await run({ shadow: () => Promise.reject(new Error('no challenger')) });
    expect(parts.problems[0]).toBe('shadow: no challenger');
  });
});

describe('distributions of live vectors', () => {
  /** What training would count of the same points. */
  function counted(): Distributions {
    const distributions = new Distributions(builtInModel.version);
    const detectors = new Map(
      ['x', 'y', 'z'].map((source) => [
        source,
        openSourceDetector(source, new MemoryParts().services.settings.defaults, undefined),
      ]),
    );
    for (const { body } of stream)
      for (const point of JSON.parse(Buffer.from(body).toString()))
        for (const observation of detectors.get(point.source)!.advance({ tags: {}, ...point }))
          if (observation.features !== undefined)
            distributions.add(observation, builtInModel.score(observation.features).anomaly);
    return distributions;
  }

  /** Everything that was handed over, and what still is to be. */
  async function live(fate?: MemoryParts['fate']): Promise<{ sum: Distributions; told: Told }> {
    const sum = new Distributions(builtInModel.version);
    const distributions = handingOver(async (_, some) => some.forEach((one) => void sum.merge(one)), 100);
    const told = await run({ distributions }, fate);
    await distributions.flush();
    return { sum, told };
  }

  it('are those that training counts of the same points', async () => {
    const { sum } = await live();
    expect(sum.vectors).toBeGreaterThan(1_000);
    expect(sum.toJSON()).toEqual(counted().toJSON());
  });

  it('count each vector once, whatever fails and comes again', async () => {
    const { sum } = await live(often('fails before'));
    expect(sum.toJSON()).toEqual(counted().toJSON());
  });

  it('that cannot be handed over are told as a problem, and the batch is done', async () => {
    const { parts } = await run({ distributions: away() });
    expect(parts.problems).toEqual(['distributions: away']);
    expect(parts.batches.every(({ failedRecords }) => failedRecords === 0)).toBe(true);
  });

  it('wait when the batch has no time left', async () => {
    let calls = 0;
    const distributions = handingOver(async () => {
      calls += 1;
    }, 1);
    const parts = new MemoryParts();
    const services = { ...parts.services, distributions };
    await detectAnomalies([streamRecord(wirePoint())], services, () => 4_999);
    expect(calls).toBe(0);
    await detectAnomalies([streamRecord(wirePoint(), 2)], services, () => 5_000);
    expect(calls).toBe(1);
  });

  it('leave out what a memory makes that is being filled again', async () => {
    const parts = new MemoryParts();
    const distributions = handingOver(async () => undefined, 1);
    parts.states.set('pump-17', new Map([['digest', new Uint8Array(5)]]));
    const add = jest.spyOn(distributions, 'add');
    await detectAnomalies([streamRecord(wirePoint())], { ...parts.services, distributions });
    expect(parts.batches[0]).toMatchObject({ stateLost: 1 });
    expect(add).not.toHaveBeenCalled();
  });
});
