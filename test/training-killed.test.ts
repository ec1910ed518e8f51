import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stableId } from '../shared/domain/ids';
import { abandonTraining } from '../shared/training/steps/abandon';
import { type WalkServices, walkSteps } from '../shared/training/steps/walk';
import { A_REQUEST, newTrainingWorld, openTrainingWorld, type TrainingWorld } from './factories/training-world';

/**
 * A training run whose process is killed at any of its awaits: before a call of the world left, or after it took effect and
 * before its answer came. What is on disk is all that remains; the run is started again, or given up.
 */

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-training-killed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const folder = () => path.join(root, `${count++}`);

const PARTS = ['workspace', 'registry', 'challenger', 'deployment'];
const CALLS = ['settings', 'labels', 'history', 'judge', 'tell', 'pause'];

/** The same services; `between` is called before and after each of their calls. */
function watched(services: WalkServices, between: () => void): WalkServices {
  const wrap =
    (work: (...given: unknown[]) => unknown) =>
    async (...given: unknown[]) => {
      between();
      const result = await work(...given);
      between();
      return result;
    };
  const parts = Object.entries(services).map(([name, part]) => {
    if (!PARTS.includes(name)) return [name, CALLS.includes(name) ? wrap(part as never) : part];
    return [name, Object.fromEntries(Object.entries(part as object).map(([call, work]) => [call, wrap(work)]))];
  });
  return Object.fromEntries(parts) as WalkServices;
}

/** Walks once, and keeps what a process that is killed at any await would leave on disk: each state once. */
async function leftByKills(world: TrainingWorld) {
  const left = new Map<string, string>();
  let awaits = 0;
  await walkSteps(
    watched(world.services, () => {
      awaits++;
      const state = onDisk(world.folder);
      if (left.has(state)) return;
      const copy = folder();
      world.copiedTo(copy);
      left.set(state, copy);
    }),
    A_REQUEST,
  );
  return { awaits, folders: [...left.values()] };
}

function onDisk(where: string): string {
  const files = (readdirSync(where, { recursive: true }) as string[]).sort();
  return stableId(
    ...files.map((file) => {
      const at = path.join(where, file);
      return statSync(at).isFile() ? `${file} ${readFileSync(at, 'utf8')}` : file;
    }),
  );
}

const standing = async ({ services, live, challenger }: TrainingWorld) => ({
  versions: (await services.registry.list()).map(({ version }) => version),
  champion: await services.registry.champion(),
  challengerVersion: await services.registry.challenger(),
  live: JSON.parse((await live()) ?? '{"model":null}').model?.version ?? null,
  challenger: await challenger(),
});

const document = async ({ services }: TrainingWorld, name: string) =>
  (await services.workspace.read('run-1', `${name}.json`))?.toString();
const documents = (world: TrainingWorld) =>
  Promise.all(
    ['plan', 'model', 'training', 'evaluation', 'decision', 'registered'].map((name) => document(world, name)),
  );

test('whenever it is killed, the run started again comes to the same, and given up leaves what was live', async () => {
  const whole = await newTrainingWorld(folder());
  const { awaits, folders } = await leftByKills(whole);
  const [expected, written] = [await standing(whole), await documents(whole)];
  expect(expected).toMatchObject({ versions: [1, 2], champion: 2, live: expect.stringMatching(/^weighted-/) });
  expect([expected.challenger, expected.challengerVersion]).toEqual([undefined, undefined]);
  expect(awaits).toBeGreaterThan(100);
  expect(folders.length).toBeGreaterThan(15);
  for (const left of folders) {
    const killed = openTrainingWorld(left);
    const abandoned = killed.copiedTo(folder());
    await walkSteps(killed.services, A_REQUEST);
    expect(await standing(killed)).toEqual(expected);
    expect(await documents(killed)).toEqual(written);
    await abandonTraining(abandoned.services, { run: 'run-1', error: 'Killed' });
    const isLive = (await document(abandoned, 'outcome'))!.includes('"live"');
    const nothing = { champion: 1, challengerVersion: undefined, live: 'deaf', challenger: undefined };
    expect(await standing(abandoned)).toMatchObject(isLive ? expected : nothing);
  }
});

test('giving up may be killed as well, and done again', async () => {
  const world = await newTrainingWorld(folder());
  const { folders } = await leftByKills(world);
  const before = openTrainingWorld(folders.at(-2)!);
  const states: string[] = [];
  const services = watched(before.services, () => {
    states.push(folder());
    before.copiedTo(states.at(-1)!);
  });
  await abandonTraining(services, { run: 'run-1', error: 'Killed' });
  const expected = await standing(before);
  expect(expected).toMatchObject({ champion: 1, live: 'deaf' });
  for (const state of states) {
    const again = openTrainingWorld(state);
    await abandonTraining(again.services, { run: 'run-1', error: 'Killed' });
    expect(await standing(again)).toEqual(expected);
    expect(await document(again, 'outcome')).toContain('"failed"');
  }
});
