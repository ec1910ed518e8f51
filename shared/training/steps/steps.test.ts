import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  A_REQUEST,
  DEAF,
  LABELS,
  newTrainingWorld,
  POINTS,
  stream,
  type TrainingWorld,
} from '../../../test/factories/training-world';
import { TransientFault } from '../../detection/ports';
import type { Outcome } from '../plan';
import type { DeploymentState } from '../ports';
import { registerPending } from '../register-pending';
import { abandonTraining } from './abandon';
import { beginDeployment, promoteStep } from './deploy';
import { STEPS, type StepName } from './order';
import type { TrainingRequest } from './prepare';
import { registerStep } from './register';
import { type WalkServices, walkSteps } from './walk';

const root = mkdtempSync(path.join(tmpdir(), 'tidewatch-steps-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
let world: TrainingWorld;
beforeEach(async () => {
  world = await newTrainingWorld(path.join(root, `${count++}`));
});

const walk = (services: Partial<WalkServices> = {}, request: Partial<TrainingRequest> = {}) =>
  walkSteps({ ...world.services, ...services }, { ...A_REQUEST, ...request });
const document = async (name: string) =>
  JSON.parse((await world.services.workspace.read('run-1', `${name}.json`))?.toString() ?? 'null');
const history = (points: typeof POINTS) => async () => ({ bySource: true, read: () => stream(points) });
const isUntouched = async () => {
  const { registry } = world.services;
  expect([await registry.champion(), await registry.challenger()]).toEqual([1, undefined]);
  expect(JSON.parse((await world.live())!)).toEqual({ registryVersion: 1, model: DEAF });
};

test('a run goes through all steps in their order, says what each found, and puts live what the gate lets through', async () => {
  const steps: StepName[] = [];
  const found: string[] = [];
  const outcome = await walk({ begins: (step) => steps.push(step), ends: (_, answer) => found.push(...answer.found) });
  expect(steps).toEqual(STEPS);
  expect(outcome).toMatchObject({ run: 'run-1', result: 'live', version: 2 });
  expect(found.join('\n')).toMatch(
    /5 windows that people labelled(.*\n)*300 points of 1 sources(.*\n)*weighted-.* of .* windows/,
  );
  const { distributions } = await document('training');
  expect(Object.keys(distributions.scoresOf)).toEqual(['deaf', (await document('model')).version]);
  const [, registered] = await world.services.registry.list();
  expect(registered).toMatchObject({
    artifact: await document('model'),
    record: { dataset: (await document('training')).dataset, promoted: true, run: 'run-1', parameters: { pull: 5 } },
  });
  expect(JSON.parse((await world.live())!)).toMatchObject({ registryVersion: 2, model: registered!.artifact });
  expect(await world.challenger()).toBeUndefined();
});

test('what the history marks is left out of training if the request says so', async () => {
  const marking = POINTS.map((point, i) => (i % 10 === 0 ? { ...point, marked: ['flow'] } : point));
  const leftOut = async (run: string, more: Partial<TrainingRequest>) => {
    await walk({ history: history(marking) }, { run, ...more });
    const text = (await world.services.workspace.read(run, 'training.json'))!.toString();
    return JSON.parse(text).leftOut.marked;
  };
  expect(await leftOut('all', {})).toBe(0);
  expect(await leftOut('whole', { leaveOutMarked: true })).toBeGreaterThan(10);
});

test('the same request in another place makes the same bytes', async () => {
  await walk();
  const other = await newTrainingWorld(path.join(root, `${count++}`));
  await walkSteps(other.services, A_REQUEST);
  for (const name of ['plan', 'training', 'model', 'evaluation', 'decision', 'registered'])
    expect(await other.services.workspace.read('run-1', `${name}.json`)).toEqual(
      await world.services.workspace.read('run-1', `${name}.json`),
    );
});

describe('nothing to train on ends the run well, with the reason, before anything is registered:', () => {
  const elsewhere = LABELS.map((label) => ({ ...label, source: 'fan' }));
  const everything = { ...LABELS[0]!, from: POINTS[0]!.timestamp, to: LABELS.at(-1)!.from - 25 * 3_600_000 };
  it.each<[string, Partial<WalkServices>, RegExp]>([
    ['no label', { labels: async () => [] }, /training needs labelled windows.*there are 0/],
    ['one label', { labels: async () => LABELS.slice(0, 1) }, /there are 1/],
    ['labels of sources that send nothing', { labels: async () => elsewhere }, /do its source names fit the data/],
    ['no points', { history: history([]) }, /there are no points of this time/],
    ['a history of a few points', { history: history(POINTS.slice(0, 30)) }, /no vector lies in a labelled window/],
    ['an archive without parts', { manifest: async () => ({ text: '[]', parts: 0 }) }, /the archive holds no points/],
    [
      'nothing usual in the part that trains',
      { labels: async () => [everything, LABELS.at(-1)!] },
      /nothing usual to learn/,
    ],
  ])('%s', async (_, services, reason) => {
    const outcome = await walk(services);
    expect(outcome).toMatchObject({ result: 'nothing-to-train-on', reasons: [expect.stringMatching(reason)] });
    expect(await world.services.registry.list()).toHaveLength(1);
    await isUntouched();
    expect(world.told).toEqual([]);
  });
});

describe('a request that makes no sense is refused in words:', () => {
  it.each<[Partial<TrainingRequest>, RegExp]>([
    [{ run: 'a/b' }, /run: must be 1 to 60 letters/],
    [{ testShare: 1 }, /testShare/],
    [{ from: 2, to: 1 }, /from 1970.* is not before to 1970/],
    [{ hyperparameters: { rounds: 0 } }, /hyperparameters\.rounds/],
  ])('%j', async (request, words) => {
    await expect(walk({}, request)).rejects.toThrow(words);
    await isUntouched();
  });
});

describe('what the gate refuses', () => {
  it('is registered with the reasons, and goes no further', async () => {
    const steps: StepName[] = [];
    const outcome = await walk({ begins: (step) => steps.push(step) }, { gate: {} });
    expect(outcome).toMatchObject({ result: 'refused', version: 2 });
    expect(outcome.reasons.join()).toMatch(/cannot tell models apart/);
    expect(steps).toEqual(STEPS.slice(0, STEPS.indexOf('register') + 1));
    expect((await world.services.registry.list())[1]!.record).toMatchObject({ promoted: false });
    await isUntouched();
  });

  it('cannot be deployed or promoted, whoever asks', async () => {
    await walk({}, { gate: {} });
    for (const step of [beginDeployment, promoteStep])
      await expect(step(world.services, { run: 'run-1' })).rejects.toThrow(/run run-1 is over: refused/);
    await world.services.workspace.write('run-1', 'outcome.json', Buffer.from('x'));
    await expect(promoteStep(world.services, { run: 'run-1' })).rejects.toThrow(
      /outcome\.json of run run-1 is not JSON/,
    );
    await isUntouched();
  });

  it('is also what was measured against a model that is champion no more', async () => {
    const { registry } = world.services;
    const outcome = await walk({
      history: async () => {
        if ((await registry.champion()) === 1) await registry.rollback();
        return { bySource: true, read: () => stream(POINTS) };
      },
    });
    expect(outcome).toMatchObject({ result: 'refused' });
    expect(outcome.reasons[0]).toMatch(/another model became champion .* the built-in model; train again/);
  });
});

describe('the shadow run', () => {
  it('has the challenger beside the live model until it is judged', async () => {
    const seen: (string | undefined)[] = [];
    let judged = 0;
    const outcome = await walk({
      judge: async ({ run, since, forMs, now }) => {
        seen.push(await world.challenger());
        expect([run, forMs, now - since]).toEqual(['run-1', 3_600_000, 3_600_000 * (1 + judged)]);
        return judged++ === 0 ? { verdict: 'wait', reasons: ['too few'] } : { verdict: 'go', reasons: ['fine'] };
      },
    });
    expect(seen.map((text) => JSON.parse(text!).run)).toEqual(['run-1', 'run-1']);
    expect(await world.challenger()).toBeUndefined();
    expect(outcome.result).toBe('live');
  });

  it('refuses by live data what the gate had let through', async () => {
    const outcome = await walk({ judge: async () => ({ verdict: 'refuse', reasons: ['ten times the alarms'] }) });
    expect(outcome).toMatchObject({ result: 'refused-in-shadow', version: 2, reasons: ['ten times the alarms'] });
    expect(await world.challenger()).toBeUndefined();
    await isUntouched();
  });

  it('that nobody waits for leaves a challenger, and the run goes on when it is walked again', async () => {
    let now = Date.UTC(2026, 10, 22);
    const hours = { shadowMs: 3_600_000, patienceMs: 0, now: () => now };
    expect(await walk(hours)).toMatchObject({ result: 'challenger', version: 2 });
    expect(await walk({ ...hours, shadowMs: 0 })).toMatchObject({ result: 'challenger' });
    expect(JSON.parse((await world.challenger())!)).toMatchObject({ run: 'run-1', since: now });
    expect(await document('outcome')).toBeNull();
    now += 3_600_000;
    expect(await walk({ ...hours, shadowMs: 0 })).toMatchObject({ result: 'live', version: 2 });
    expect(await world.challenger()).toBeUndefined();
  });

  it('is left out when no time is given for it', async () => {
    const judge = () => Promise.reject(new Error('nobody asked'));
    expect(await walk({ shadowMs: 0, judge })).toMatchObject({ result: 'live' });
  });
});

describe('a deployment', () => {
  const failing = (look: () => Promise<DeploymentState>) => ({
    deployment: { ...world.services.deployment, look },
  });

  it('that goes back by itself leaves pointer and alias where they were', async () => {
    const outcome = await walk(failing(async () => ({ state: 'failed', reason: 'alarm model-errors fired' })));
    expect(outcome).toMatchObject({ result: 'rolled-back', version: 2, reasons: ['alarm model-errors fired'] });
    await isUntouched();
  });

  it('is waited for', async () => {
    let looks = 0;
    const outcome = await walk(failing(async () => ({ state: looks++ < 5 ? 'under-way' : 'live' })));
    expect([outcome.result, looks > 5]).toEqual(['live', true]);
  });

  it('that is not live is not promoted', async () => {
    await walk({ judge: () => Promise.reject(new Error('stop here')) }).catch(() => undefined);
    const again = await newTrainingWorld(path.join(root, `${count++}`));
    const notLive = { ...again.services.deployment, look: async () => ({ state: 'under-way' }) as const };
    const promoted = walkSteps(
      {
        ...again.services,
        deployment: {
          ...notLive,
          begin: async () => promoteStep({ ...again.services, deployment: notLive }, A_REQUEST).then(() => undefined),
        },
      },
      A_REQUEST,
    );
    await expect(promoted).rejects.toThrow(/cannot be promoted: its model does not score/);
    expect(await again.services.registry.champion()).toBe(1);
  });
});

describe('a step that fails', () => {
  it('leaves the live path as it was, tells the operators, and passes the error on', async () => {
    const judge = () => Promise.reject(new Error('the store does not answer'));
    await expect(walk({ judge })).rejects.toThrow('the store does not answer');
    expect(await world.challenger()).toBeUndefined();
    await isUntouched();
    expect(world.told).toEqual([
      expect.stringMatching(/^training run run-1 failed: Nothing of it is live.*does not answer/),
    ]);
    expect(await document('outcome')).toMatchObject({ result: 'failed', version: 2 });
  });

  it('cannot be followed by another one of the same run', async () => {
    const judge = () => Promise.reject(new Error('x'));
    await walk({ judge }).catch(() => undefined);
    await expect(promoteStep(world.services, { run: 'run-1' })).rejects.toThrow(/is over: failed/);
  });

  it('is told in the words of the function or the training job', async () => {
    for (const [run, cause] of [
      ['a', '{"errorType":"TrainingError","errorMessage":"the plan is gone"}'],
      ['b', '{"TrainingJobStatus":"Failed","FailureReason":"AlgorithmError: the disk is full"}'],
      ['c', 'no JSON'],
    ] as const)
      await abandonTraining(world.services, { run, error: 'States.TaskFailed', cause });
    expect(world.told.map((words) => words.split('TaskFailed: ')[1])).toEqual([
      'the plan is gone',
      'AlgorithmError: the disk is full',
      'no JSON',
    ]);
  });

  it('of a run that has ended changes nothing any more', async () => {
    const outcome: Outcome = await walk();
    await abandonTraining(world.services, { run: 'run-1', error: 'Late' });
    expect(await document('outcome')).toEqual(outcome);
    expect(await world.services.registry.champion()).toBe(2);
    expect(world.told).toEqual([]);
  });
});

test('a run whose registry did not answer keeps its documents, and is registered later, once, and goes no further', async () => {
  const register = () => Promise.reject(new TransientFault('registry', 'MLflow does not answer'));
  await expect(walk({ registry: { ...world.services.registry, register } })).rejects.toThrow(/MLflow does not answer/);
  await isUntouched();
  const late = () => registerPending(world.services.workspace, (run) => registerStep(world.services, { run }));
  expect(await late()).toEqual({ registered: ['run-1'], refused: [] });
  expect(await late()).toEqual({ registered: [], refused: [] });
  expect((await world.services.registry.list()).map(({ record }) => record.run)).toEqual(['deaf', 'run-1']);
  expect(await document('outcome')).toMatchObject({ result: 'failed' });
  await isUntouched();
});
