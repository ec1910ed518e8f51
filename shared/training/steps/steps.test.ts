import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { aRecord } from '../../adapters/contracts/model-registry.contract';
import { builtInModel } from '../../detection/built-in-model';
import { FEATURE_SCHEMA_VERSION } from '../../detection/model';
import { openerFor } from '../../detection/open-source-detector';
import type { PriorDocument } from '../../detection/population-prior';
import { TransientFault } from '../../detection/ports';
import { openPriorLearner } from '../../detection/prior-learner';
import { DEFAULT_SETTINGS } from '../../domain/settings';
import { type Outcome, TrainingPlanSchema } from '../plan';
import type { DeploymentState, ModelDeployment } from '../ports';
import { registerPending } from '../register-pending';
import { trainModel } from '../train-model';
import { getTrainingData } from '../training-data';
import { abandonTraining } from './abandon';
import { beginDeployment, lookAtDeployment, promoteStep } from './deploy';
import { finishDeployments } from './finish-deployments';
import { STEPS, type StepName } from './order';
import type { TrainingRequest } from './prepare';
import { registerStep } from './register';
import { beginShadow, judgeShadowRun } from './shadow';
import { TrainingDocumentSchema } from './train';
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

test('no more points are replayed than the environment or the request allows, and the run says whose they are', async () => {
  const allowed: (number | undefined)[] = [];
  const found: string[] = [];
  const sampling: Partial<WalkServices> = {
    pointsMax: 5_000,
    ends: (_, answer) => found.push(...answer.found),
    history: async ({ pointsMax }) => {
      allowed.push(pointsMax);
      return { bySource: true, read: () => stream(POINTS), drawn: () => ({ named: 1 / 64, others: 1 / 64 }) };
    },
  };
  await walk(sampling);
  await walk(sampling, { run: 'run-2', pointsMax: 400 });
  expect([...new Set(allowed)]).toEqual([5_000, 400]);
  expect(found).toContain('300 points of 1 sources, 1 of 64: the plan allows no more points');
  expect(await document('training')).toMatchObject({ sourcesShare: 1 / 64 });
  const report = (await world.services.workspace.read('run-1', 'report.html'))!.toString();
  expect(report).toContain('1 of 64, since there are more points than a run replays');
});

test('a run that trains on some sources says of how many of them, and of how many others its test is', async () => {
  const found: string[] = [];
  const sampling: Partial<WalkServices> = {
    ends: (_, answer) => found.push(...answer.found),
    history: async () => ({ bySource: true, read: () => stream(POINTS), drawn: () => ({ named: 1, others: 1 / 64 }) }),
  };
  await walk(sampling, { sources: `${POINTS[0]!.source}*` });
  expect(found).toContain('300 points of 1 sources');
  const { sourcesShare, othersShare } = TrainingDocumentSchema.parse(await document('training'));
  expect([sourcesShare, othersShare]).toEqual([undefined, 1 / 64]);
  const report = (await world.services.workspace.read('run-1', 'report.html'))!.toString();
  expect(report).toContain(
    'all that are trained on, 1 of 64 of others, since there are more points than a run replays',
  );
});

test('vectors are made with what new series borrow live, which the plan says', async () => {
  const learner = openPriorLearner(DEFAULT_SETTINGS);
  for (const source of ['a', 'b', 'c']) for (const point of POINTS) learner.take({ ...point, source });
  const prior = learner.document('pumps');
  expect(Object.keys(prior.metrics)).toEqual(['flow']);
  await walk({ prior: async () => prior });
  expect((await document('plan')).prior).toEqual(prior);
  const { split, seed, rowsMax, hyperparameters } = TrainingPlanSchema.parse(await document('plan'));
  const weights = async (lent: PriorDocument | undefined) => {
    const data = await getTrainingData({
      ...{ history: await history(POINTS)(), openDetector: openerFor(lent), settings: DEFAULT_SETTINGS },
      ...{ labels: LABELS, seed, rowsMax, trainTo: split.trainTo },
    });
    return trainModel(data, split, hyperparameters).artifact.weights;
  };
  const { weights: trained } = await document('model');
  expect(trained).toEqual(await weights(prior));
  expect(trained).not.toEqual(await weights(undefined));
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

test('what is trained on some sources is judged on all of them, since it would be live for all', async () => {
  const fan = POINTS.map((point) => ({ ...point, source: 'fan' }));
  const everywhere = LABELS.flatMap((label) => [label, { ...label, source: 'fan' }]);
  await walk({ history: history([...POINTS, ...fan]), labels: async () => everywhere }, { sources: 'pump' });
  expect(await document('training')).toMatchObject({ sources: 1, windows: 3 });
  const { tested, windows } = await document('evaluation');
  expect([tested.sources, windows.people]).toEqual([2, 4]);
});

test('a champion that takes vectors of before is no hindrance: the built-in model stands in its place, and that is said', async () => {
  const file = path.join(world.folder, 'models/version-1/model.json');
  const kept = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...kept, artifact: { ...kept.artifact, schema: FEATURE_SCHEMA_VERSION - 1 } }));
  const found: string[] = [];
  const outcome = await walk({ ends: (_, answer) => found.push(...answer.found) });
  const note = /^the champion, version 1, takes feature schema \d+, .*: compared with the built-in model$/;
  expect((await document('evaluation')).champion.model).toBe(builtInModel.version);
  expect(found).toContainEqual(expect.stringMatching(note));
  expect(outcome).toMatchObject({ version: 2, reasons: expect.arrayContaining([expect.stringMatching(note)]) });
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

describe('one challenger is tried at a time:', () => {
  const hours = { shadowMs: 3_600_000, patienceMs: 0 };
  const beginsFirst = async () => expect(await walk(hours)).toMatchObject({ result: 'challenger', version: 2 });
  const second = () => walk(hours, { run: 'run-2', seed: 2 });
  const there = async () => JSON.parse((await world.challenger())!).run;

  it('a run that comes while another one is in shadow is refused, and leaves it to its counts', async () => {
    await beginsFirst();
    const reasons = [expect.stringMatching(/^run run-1 has its challenger beside the live model/)];
    expect(await second()).toMatchObject({ result: 'refused', version: 3, reasons });
    expect([await there(), await world.services.registry.challenger()]).toEqual(['run-1', 2]);
    for (const step of [beginShadow, judgeShadowRun])
      expect(await step(world.services, { run: 'run-2' })).toMatchObject({ ended: true, waitSeconds: 0 });
  });

  it("what a run that is over has left there is in nobody's way", async () => {
    await beginsFirst();
    const left = { ...world.services.challenger, remove: async () => undefined };
    await abandonTraining({ ...world.services, challenger: left }, { run: 'run-1', error: 'Stopped' });
    expect(await second()).toMatchObject({ result: 'challenger', version: 3 });
    expect([await there(), await world.services.registry.challenger()]).toEqual(['run-2', 3]);
  });

  it('what was counted while another one was there judges nobody', async () => {
    await beginsFirst();
    await world.services.challenger.put({ run: 'run-2', since: 1, model: DEAF });
    const judge = () => Promise.reject(new Error('nobody is to ask'));
    const answer = await judgeShadowRun({ ...world.services, judge }, { run: 'run-1' });
    expect(answer).toMatchObject({ ended: true, found: [expect.stringMatching(/that of run run-2 is there/)] });
    expect(await document('outcome')).toMatchObject({ result: 'refused-in-shadow', version: 2 });
    expect(await there()).toBe('run-2');
  });
});

describe('a champion that is another one than the model was proved against stays, and the run ends refused:', () => {
  const expectRefused = async (outcome: Outcome, champion: number, words: RegExp) => {
    const { registry } = world.services;
    expect(outcome).toMatchObject({ result: 'refused', version: 2, reasons: [expect.stringMatching(words)] });
    expect([await registry.champion(), await registry.challenger()]).toEqual([champion, undefined]);
    expect(world.told).toEqual([]);
    // A try that comes late, as of a function whose answer was lost, says the same.
    for (const step of [beginDeployment, lookAtDeployment, promoteStep])
      expect(await step(world.services, { run: 'run-1' })).toMatchObject({ ended: true, found: outcome.reasons });
  };

  it('another run went live during the shadow', async () => {
    const outcome = await walk({
      async judge() {
        expect(await walk({ shadowMs: 0 }, { run: 'run-2', seed: 2 })).toMatchObject({ result: 'live', version: 3 });
        return { verdict: 'go', reasons: [] };
      },
    });
    await expectRefused(outcome, 3, /^another model became champion since this run began: version 3; train again$/);
    expect(JSON.parse((await world.live())!)).toMatchObject({ registryVersion: 3 });
  });

  it('people chose one while the model was being deployed', async () => {
    const { registry, deployment } = world.services;
    await registry.register(DEAF, aRecord('by-hand'));
    const look: ModelDeployment['look'] = async () => {
      await registry.promote(2);
      return { state: 'live' };
    };
    const outcome = await walk({ deployment: { ...deployment, look } });
    expect(outcome).toMatchObject({ result: 'refused', version: 3, reasons: [expect.stringMatching(/version 2/)] });
    expect(await registry.champion()).toBe(2);
    expect(JSON.parse((await world.live())!)).toEqual({ registryVersion: 2, model: DEAF });
  });

  it('people took the champion back', async () => {
    const judge = async () => {
      await world.services.registry.rollback();
      return { verdict: 'go', reasons: [] } as const;
    };
    const outcome = await walk({ judge });
    expect(await world.services.registry.champion()).toBeUndefined();
    expect(outcome).toMatchObject({ result: 'refused', reasons: [expect.stringMatching(/the built-in model/)] });
  });
});

describe('a run that was killed while it put its model live', () => {
  const killed = async () => {
    await walk({ shadowMs: 3_600_000, patienceMs: 0 });
    await judgeShadowRun(world.services, { run: 'run-1' });
    await beginDeployment(world.services, { run: 'run-1' });
    expect(JSON.parse((await world.live())!)).toMatchObject({ registryVersion: 2 });
    expect(await world.services.registry.champion()).toBe(1);
  };

  it('is finished when others are walked, unless somebody walks it', async () => {
    await killed();
    expect(await finishDeployments(world.services, 'run-1')).toEqual([]);
    expect(await finishDeployments(world.services, 'run-2')).toMatchObject([{ run: 'run-1', result: 'live' }]);
    expect(await world.services.registry.champion()).toBe(2);
    expect(await finishDeployments(world.services, 'run-2')).toEqual([]);
  });

  it('is taken back when that cannot be', async () => {
    await killed();
    const keep = () => Promise.reject(new Error('the disk is full'));
    const deployment = { ...world.services.deployment, keep };
    const ended = await finishDeployments({ ...world.services, deployment }, 'run-2');
    expect(ended).toMatchObject([{ result: 'failed', reasons: ['Error: the disk is full'] }]);
    await isUntouched();
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
  const late = () => registerPending(world.services.workspace, (run) => registerStep(world.services, { run }, 'late'));
  expect(await late()).toEqual({ registered: ['run-1'], refused: [] });
  expect(await late()).toEqual({ registered: [], refused: [] });
  expect((await world.services.registry.list()).map(({ record }) => record.run)).toEqual(['deaf', 'run-1']);
  expect(await document('outcome')).toMatchObject({ result: 'failed' });
  await isUntouched();
});

describe('a run that is registered after a newer one', () => {
  const register = () => Promise.reject(new TransientFault('registry', 'MLflow does not answer'));
  const deafRegistry = () => ({ registry: { ...world.services.registry, register } });
  const reference = async () => JSON.parse(readFileSync(path.join(world.folder, 'reference.json'), 'utf8')).run;
  /** It began an hour before the newer one, which is in shadow. */
  const overtaken = async () => {
    const stopped = { tell: () => Promise.reject(new Error('killed')) };
    await expect(walk({ ...deafRegistry(), ...stopped })).rejects.toThrow('killed');
    await world.services.pause(3_600_000);
    const newer = await walk({ patienceMs: 0 }, { run: 'run-2', seed: 2 });
    expect([newer, await reference()]).toEqual([
      expect.objectContaining({ result: 'challenger', version: 2 }),
      'run-2',
    ]);
  };

  it('by the way leaves the reference of drift and the challenger to that one', async () => {
    await overtaken();
    await registerPending(world.services.workspace, (run) => registerStep(world.services, { run }, 'late'));
    expect(await document('registered')).toMatchObject({ version: 3 });
    expect([await reference(), await world.services.registry.challenger()]).toEqual(['run-2', 2]);
  });

  it('at its own turn leaves the reference of drift', async () => {
    await overtaken();
    expect(await registerStep(world.services, { run: 'run-1' })).toMatchObject({ ended: false });
    expect(await reference()).toBe('run-2');
  });

  it('once it is given up leaves both', async () => {
    await expect(walk(deafRegistry())).rejects.toThrow(/does not answer/);
    await registerStep(world.services, { run: 'run-1' });
    expect(await world.services.registry.challenger()).toBeUndefined();
    expect(() => readFileSync(path.join(world.folder, 'reference.json'))).toThrow(/ENOENT/);
  });
});
