import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { abandonTraining } from '../shared/training/steps/abandon';
import { type WalkServices, walkSteps } from '../shared/training/steps/walk';
import { A_REQUEST, openTrainingWorld, type TrainingWorld } from './factories/training-world';

/**
 * A training run whose process is killed at any of its awaits: before a call of the world left, or after it took effect and
 * before its answer came. What is on disk is all that remains; the run is started again, or given up.
 */

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-training-killed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const folder = () => path.join(root, `${count++}`);

class Killed extends Error {}

/** The services of a process that dies at one of its awaits. Dead, it does nothing any more. */
function mortal(services: WalkServices, at: number, afterEffect: boolean) {
  const process = { awaits: 0, isDead: false };
  const wrap =
    (work: (...given: unknown[]) => unknown) =>
    async (...given: unknown[]) => {
      if (process.isDead) throw new Killed();
      const isLast = ++process.awaits === at;
      if (isLast && !afterEffect) process.isDead = true;
      if (process.isDead) throw new Killed();
      const result = await work(...given);
      if (isLast) process.isDead = true;
      if (process.isDead) throw new Killed();
      return result;
    };
  const parts = Object.entries(services).map(([name, part]) => {
    if (['workspace', 'registry', 'challenger', 'deployment'].includes(name))
      return [name, Object.fromEntries(Object.entries(part as object).map(([call, work]) => [call, wrap(work)]))];
    return [
      name,
      ['settings', 'labels', 'history', 'judge', 'tell', 'pause'].includes(name) ? wrap(part as never) : part,
    ];
  });
  return { process, services: Object.fromEntries(parts) as WalkServices };
}

/** Walks until it ends or dies. Gives whether it died; nothing of a dead process may have given up the run for it. */
async function walkMortal(world: TrainingWorld, at: number, afterEffect: boolean): Promise<boolean> {
  const { process, services } = mortal(world.services, at, afterEffect);
  await walkSteps(services, A_REQUEST).catch((error: unknown) => {
    if (!process.isDead) throw error;
  });
  return process.isDead;
}

const standing = async ({ services, live, challenger }: TrainingWorld) => ({
  versions: (await services.registry.list()).map(({ version }) => version),
  champion: await services.registry.champion(),
  live: JSON.parse((await live()) ?? '{"model":null}').model?.version ?? null,
  challenger: await challenger(),
});

const documents = async ({ services }: TrainingWorld) =>
  Promise.all(
    ['plan', 'model', 'training', 'evaluation', 'decision', 'registered', 'outcome'].map(async (name) =>
      (await services.workspace.read('run-1', `${name}.json`))?.toString(),
    ),
  );

jest.setTimeout(240_000);

test('whenever it is killed, the run started again comes to the same, and given up leaves what was live', async () => {
  const whole = openTrainingWorld(folder());
  const outcome = await walkSteps(whole.services, A_REQUEST);
  expect(outcome).toMatchObject({ result: 'live', version: 1 });
  const [expected, written] = [await standing(whole), await documents(whole)];
  expect(expected).toMatchObject({ versions: [1], champion: 1, live: expect.stringMatching(/^weighted-/) });
  expect(expected.challenger).toBeUndefined();
  let kills = 0;
  for (const afterEffect of [false, true]) {
    for (let at = 1; ; at++) {
      const killed = openTrainingWorld(folder());
      if (!(await walkMortal(killed, at, afterEffect))) break;
      kills++;
      const abandoned = killed.copiedTo(folder());
      await walkSteps(killed.services, A_REQUEST);
      expect(await standing(killed)).toEqual(expected);
      // Times of documents differ by what a run had waited for before it was killed.
      expect((await documents(killed)).slice(1, -1)).toEqual(written.slice(1, -1));
      await abandonTraining(abandoned.services, { run: 'run-1', error: 'Killed' });
      const after = await standing(abandoned);
      const isOver = (await abandoned.services.workspace.read('run-1', 'outcome.json'))!.includes('"live"');
      if (isOver) expect(after).toEqual(expected);
      else expect(after).toMatchObject({ champion: undefined, live: null, challenger: undefined });
    }
  }
  expect(kills).toBeGreaterThan(100);
});

test('killed at each of its awaits in turn, again and again, it gets there in the end', async () => {
  const world = openTrainingWorld(folder());
  let kills = 0;
  for (let at = 1; await walkMortal(world, at, at % 2 === 0); at++) kills++;
  expect(kills).toBeGreaterThan(20);
  expect(await standing(world)).toMatchObject({ versions: [1], champion: 1 });
});
