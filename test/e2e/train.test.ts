import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aRecord } from '../../shared/adapters/contracts/model-registry.contract';
import { openFolderRegistry } from '../../shared/adapters/registry/folder-registry';
import { sampleHash } from '../../shared/training/sample-hash';
import { DEAF } from '../factories/training-world';
import { bundlePrograms, type Programs } from './programs';

/** `tidewatch train` as users run it, from the outside: from what a run has stored, and from files. */

let programs: Programs;
const folder = mkdtempSync(path.join(tmpdir(), 'train-'));
const at = (name: string) => path.join(folder, name);

beforeAll(() => {
  programs = bundlePrograms();
});
afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

const START = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;

function writeCsv(
  name: string,
  rows: readonly (readonly [timestamp: number, source: string, value: number])[],
): string {
  const lines = rows.map(([timestamp, source, value]) => `${new Date(timestamp).toISOString()},${source},${value}`);
  writeFileSync(at(name), `time,source,flow\n${lines.join('\n')}\n`);
  return at(name);
}

const noise = (...of: readonly (string | number)[]) => (sampleHash(...of) % 1_000) / 1_000;

test('what a run has stored is trained on without a label of anybody: faults are put into weeks that are held back', async () => {
  const fleet = Array.from({ length: 60 * 48 }, (_, i) => i).flatMap((i) =>
    [1, 2, 3, 4].map((s) => [START + (i * HOUR_MS) / 2, `pump-${s}`, Math.sin(i / 8) + noise(s, i)] as const),
  );
  const run = programs.start(['start', '--input', writeCsv('fleet.csv', fleet), '--data', at('run')]);
  expect(await run.ended).toBe(0);
  const args = ['train', '--data', at('run'), '--models', at('run/models'), '--inject', '0.3', '--json'];
  const train = programs.start(args);
  expect([await train.ended, train.err()]).toEqual([
    0,
    expect.stringMatching(/\d+ windows, [1-9]\d* of them injected/),
  ]);
  const { result, version, evaluation, page } = JSON.parse(train.out());
  expect([result, version, evaluation.windows.people]).toEqual(['refused', 1, 0]);
  expect(evaluation.windows.injected).toBeGreaterThan(5);
  expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/);
});

test("the demo's two weeks are trained on, judged and reported, by the data folder that the demo leaves", async () => {
  const demo = programs.start(['start', '--data', at('demo'), '--seconds', '1', '--interval', '1']);
  expect(await demo.ended).toBe(0);
  const train = programs.start([
    'train',
    '--data',
    at('demo'),
    '--models',
    at('demo/models'),
    '--inject',
    '0.4',
    '--json',
  ]);
  expect([await train.ended, train.err()]).toEqual([
    0,
    expect.stringMatching(/\d{5,} points of \d+ sources\n.* windows, [1-9]\d* of them injected/),
  ]);
  const { result, version, evaluation, page } = JSON.parse(train.out());
  expect(['refused', 'live']).toContain(result);
  expect([version, evaluation.windows.people]).toEqual([1, 0]);
  expect(evaluation.windows.injected).toBeGreaterThan(0);
  expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/);
  const reference = JSON.parse(readFileSync(at('demo/models/reference.json'), 'utf8'));
  expect(reference.distributions.vectors.metrics).toBeGreaterThan(10_000);
});

describe('with labels', () => {
  const EVERY = 60;
  const WINDOWS = 26;
  beforeAll(async () => {
    const hours = Array.from({ length: WINDOWS * EVERY }, (_, i) => i);
    // Each leap is higher than all before it: none becomes usual.
    const leap = (i: number) => (i % EVERY >= 41 && i % EVERY < 45 ? 6 * 1.5 ** Math.floor(i / EVERY) : 0);
    writeCsv(
      'leaps.csv',
      hours.map((i) => [START + i * HOUR_MS, 'pump', Math.sin(i / 4) + noise(i) + leap(i)] as const),
    );
    const labels = Array.from({ length: WINDOWS }, (_, k) => {
      const from = START + (k * EVERY + 40) * HOUR_MS;
      return { source: 'pump', from, to: from + 6 * HOUR_MS };
    });
    writeFileSync(at('labels.json'), JSON.stringify(labels));
  });
  const train = async (models: string, ...more: readonly string[]) => {
    const registry = openFolderRegistry(at(models));
    await registry.register(DEAF, aRecord('deaf'));
    await registry.promote(1);
    const args = ['--input', at('leaps.csv'), '--labels', at('labels.json'), '--models', at(models), '--inject', '0'];
    const run = programs.start(['train', ...args, ...more]);
    return { code: await run.ended, out: run.out(), err: run.err(), registry };
  };

  test('a model that is better than the champion goes live, and back by hand', async () => {
    const { code, out, err, registry } = await train('better');
    expect([code, out]).toEqual([0, expect.stringMatching(/version 2 is champion\n {2}F1 \d\.\d+ against 0\.000/)]);
    expect(err).toMatch(
      /prepare …(.*\n)*train …(.*\n)*evaluate …(.*\n)*gate …(.*\n)*register …(.*\n)*shadow …(.*\n)*deploy …/,
    );
    const live = () => JSON.parse(readFileSync(at('better/live.json'), 'utf8'));
    expect([await registry.champion(), live().registryVersion]).toEqual([2, 2]);
    const back = programs.start(['models', 'rollback', '--models', at('better')]);
    expect([await back.ended, live().model.version]).toEqual([0, 'deaf']);
  });

  test('a challenger is left in shadow, and its run goes on from there', async () => {
    const { code, out, registry } = await train('shadow', '--shadow-hours', '24');
    const [, run] = /version 2 is challenger\n(?:.*\n)*then: tidewatch train --go-on (\S+)/.exec(out) ?? [];
    expect([code, run]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(readFileSync(at('shadow/challenger.json'), 'utf8'))).toMatchObject({
      run,
      model: { format: 'tidewatch-weighted-model' },
    });
    expect([await registry.champion(), await registry.challenger()]).toEqual([1, 2]);
    const early = programs.start(['train', '--go-on', run!, '--models', at('shadow')]);
    expect([await early.ended, early.out()]).toEqual([0, expect.stringMatching(/version 2 is challenger/)]);
    expect(existsSync(at(`shadow/runs/${run}/outcome.json`))).toBe(false);
    expect(await registry.champion()).toBe(1);
  });

  test('a run that nobody has begun does not go on', async () => {
    const run = programs.start(['train', '--go-on', 'no-such-run', '--models', at('none')]);
    expect([await run.ended, run.err()]).toEqual([expect.any(Number), expect.stringMatching(/tidewatch: /)]);
    expect(await run.ended).not.toBe(0);
  });
});
