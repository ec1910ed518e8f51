import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { walkSteps } from '../../../shared/training/steps/walk';
import { type JobInput, resultOf, writeJob } from '../../../test/factories/training-job';
import { A_REQUEST, newTrainingWorld } from '../../../test/factories/training-world';
import { JOB_METRICS } from './metric-lines';

const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-training-job-'));
const program = path.join(folder, 'main.mjs');
let count = 0;
const root = (input: JobInput = {}) => writeJob(path.join(folder, `ml-${count++}`), input);
/** Documents of the same run on one machine. */
const expected: Record<string, string> = {};

beforeAll(async () => {
  symlinkSync(path.join(__dirname, '../../../node_modules'), path.join(folder, 'node_modules'));
  buildSync({
    entryPoints: [path.join(__dirname, '../main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
  });
  const world = await newTrainingWorld(path.join(folder, 'world'));
  await walkSteps(world.services, A_REQUEST);
  for (const name of ['plan.json', 'injection.json', 'training.json', 'model.json', 'evaluation.json'])
    expected[name] = (await world.services.workspace.read('run-1', name))!.toString();
});
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(ml: string, shell = 'exec "$@"') {
  const args = ['-c', shell, 'sh', process.execPath, program, 'train', '--ml', ml];
  const child = spawn('bash', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const said = { out: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.errors += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, exit, said };
}

const plan = () => ({ 'plan.json': expected['plan.json']! });
const failureOf = (ml: string) => readFileSync(path.join(ml, 'output', 'failure'), 'utf8');

describe('a training job', () => {
  it('trains what one machine trains, to the byte, and tells its metrics', async () => {
    const ml = root({ documents: plan() });
    const { exit, said } = start(ml);
    expect([await exit, said.errors]).toEqual([0, '']);
    for (const name of ['model.json', 'injection.json', 'training.json'])
      expect(resultOf(ml, name)).toBe(expected[name]);
    expect(said.out).toMatch(/^tidewatch\.points=300$/m);
    expect(existsSync(path.join(ml, 'output', 'failure'))).toBe(false);
    expect(readdirSync(path.join(ml, 'model')).sort()).toEqual(['injection.json', 'model.json', 'training.json']);
  });

  it('replays no more points than the plan allows', async () => {
    const small = { ...(JSON.parse(expected['plan.json']!) as object), pointsMax: 100 };
    const ml = root({ documents: { 'plan.json': JSON.stringify(small) } });
    const { exit } = start(ml);
    await exit;
    // All of them are one source's.
    expect(resultOf(ml, 'outcome.json')).toContain('nothing-to-train-on');
  });

  it('evaluates what one machine evaluates, to the byte', async () => {
    const { 'evaluation.json': evaluation, ...documents } = expected;
    const ml = root({ documents, hyperparameters: { step: 'evaluate', sagemaker_region: 'eu-central-1' } });
    const { exit, said } = start(ml);
    expect([await exit, said.errors]).toEqual([0, '']);
    expect(resultOf(ml, 'evaluation.json')).toBe(evaluation);
    const names = [...said.out.matchAll(/^tidewatch\.(\w+)=/gm)].map(([, name]) => name);
    expect(names.every((name) => (JOB_METRICS as readonly string[]).includes(name!))).toBe(true);
    expect(said.out).toMatch(/^tidewatch\.f1=1$/m);
  });

  it('that finds nothing to train on ends well and says why in its documents', async () => {
    const none = JSON.stringify({ ...JSON.parse(expected['plan.json']!), sources: 'fan-*' });
    const ml = root({ documents: { 'plan.json': none } });
    expect(await start(ml).exit).toBe(0);
    expect(JSON.parse(resultOf(ml, 'outcome.json'))).toMatchObject({ result: 'nothing-to-train-on' });
    expect(readdirSync(path.join(ml, 'model'))).not.toContain('model.json');
  });

  it.each<[string, () => JobInput, RegExp]>([
    ['no plan', () => ({}), /run run-1 has no plan\.json/],
    [
      'a plan that is none',
      () => ({ documents: { 'plan.json': '{"version":2}' } }),
      /plan\.json of run run-1 is none of ours: version/,
    ],
    [
      'points that cannot be read',
      () => ({ documents: plan(), points: new Map([['a.gz', Buffer.from('broken')]]) }),
      /nothing in the archive can be read: 1 objects/,
    ],
    ['a hyperparameter that it does not know', () => ({ hyperparameters: { pull: '5' } }), /hyperparameters: .*pull/i],
    ['no step', () => ({ hyperparameters: { step: 'guess' } }), /hyperparameters: step/],
    ['several instances', () => ({ hosts: ['algo-1', 'algo-2'] }), /set InstanceCount to 1/],
    ['no channel of points', () => ({ channels: { plan: {} } }), /no channel points, which step train reads/],
    ['a pipe', () => ({ channels: { plan: {}, points: { TrainingInputMode: 'Pipe' } } }), /set InputMode to File/],
  ])('with %s ends with 1, and the reason lies where SageMaker looks', async (_, input, words) => {
    const ml = root(input());
    expect(await start(ml).exit).toBe(1);
    const reason = failureOf(ml);
    expect(reason).toMatch(words);
    expect(reason.length).toBeLessThanOrEqual(1_024);
    expect(readdirSync(path.join(ml, 'model'))).toEqual([]);
  });

  it('ends with 1 and the reason where nothing is mounted, or nothing can be written', async () => {
    const nothing = path.join(folder, `ml-${count++}`);
    expect(await start(nothing).exit).toBe(1);
    expect(failureOf(nothing)).toMatch(/cannot read .*hyperparameters\.json: ENOENT/);
    const ml = root({ documents: plan() });
    rmSync(path.join(ml, 'checkpoints'), { recursive: true });
    writeFileSync(path.join(ml, 'checkpoints'), 'a file');
    expect(await start(ml).exit).toBe(1);
    expect(failureOf(ml)).toMatch(/EEXIST|ENOTDIR/);
  });

  it('says so when a document does not fit on the disk', async () => {
    const ml = root({ documents: plan() });
    // A limit of the size of files stands in for a disk that is full.
    expect(await start(ml, 'ulimit -f 1; exec "$@"').exit).toBe(1);
    expect(failureOf(ml)).toMatch(/EFBIG|ENOSPC/);
    expect(readdirSync(path.join(ml, 'model'))).toEqual([]);
  });
});

describe('a training job that is interrupted', () => {
  const whole = ['model.json', 'injection.json', 'training.json'];

  it.each(['SIGTERM', 'SIGKILL'] as const)('by %s comes to the same bytes when it is started again', async (signal) => {
    const ml = root({ documents: plan() });
    let interrupted = 0;
    for (let waitFor = 0; waitFor < 3; waitFor++) {
      const { child, exit } = start(ml);
      await whenDocuments(path.join(ml, 'checkpoints'), waitFor);
      child.kill(signal);
      if ((await exit) !== 0) interrupted++;
      expect(existsSync(path.join(ml, 'output', 'failure'))).toBe(false);
    }
    expect(await start(ml).exit).toBe(0);
    for (const name of whole) expect(resultOf(ml, name)).toBe(expected[name]);
    expect(interrupted).toBeGreaterThan(0);
  });
});

/** Waits until so many documents lie in a folder. */
async function whenDocuments(checkpoints: string, count: number): Promise<void> {
  while (readdirSync(checkpoints).filter((name) => name.endsWith('.json')).length < count)
    await new Promise((soon) => setTimeout(soon, 5));
}
