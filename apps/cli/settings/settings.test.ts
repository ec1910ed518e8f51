import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type FakeS3, startFakeS3 } from '../../../shared/adapters/s3/testing/fake-s3';
import { bundlePrograms, type Programs } from '../../../test/e2e/programs';
import { differenceLines } from './settings-words';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-cli-settings-'));
let programs: Programs;
beforeAll(() => {
  programs = bundlePrograms();
});
afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(document: object): string {
  const file = join(folder, 'mine.json');
  writeFileSync(file, JSON.stringify(document));
  return file;
}

/** Beside this process, which answers for the bucket. */
async function run(env: object, ...args: string[]) {
  const child = spawn(process.execPath, [programs.script, 'settings', ...args], {
    env: { PATH: process.env['PATH'], USER: 'anna', ...env },
  });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: status as number, out, err };
}

describe.each(['a folder', 'a bucket'])('settings in %s', (place) => {
  let s3: FakeS3;
  let where: string[];
  let env: object;
  beforeAll(async () => {
    s3 = await startFakeS3('mine');
    where = place === 'a folder' ? ['--data', mkdtempSync(join(folder, 'run-'))] : [];
    const aws = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'eu-central-1' };
    env = place === 'a folder' ? {} : { ...aws, SETTINGS_BUCKET: 'mine', AWS_ENDPOINT_URL: s3.url };
  });
  afterAll(() => s3.close());
  const settings = (...args: string[]) => run(env, ...args, ...where);

  it('are applied with the difference in words, listed, and reverted', async () => {
    expect(JSON.parse((await settings('show')).out)).toEqual({ version: 1 });
    const first = fileOf({
      version: 1,
      overrides: [{ sources: 'pump-*', settings: { threshold: 0.6 }, why: 'hiccups' }],
    });
    expect(await settings('apply', first, '--why', 'pumps hiccup')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^pump-\*: new, threshold 0.6: hiccups\nversion 2 is in force \(/),
    });
    expect((await settings('apply', first)).out).toBe('version 2 says the same already\n');
    const second = fileOf({
      version: 1,
      overrides: [{ sources: 'pump-*', settings: { threshold: 0.7 }, why: 'hiccups' }],
    });
    expect((await settings('apply', second, '--by', 'bob')).out).toMatch(/^pump-\*: threshold 0.6 → 0.7\nversion 3 /);
    expect((await settings('versions')).out.split('\n').map((line) => line.replace(/\d{4}-\S+ \S+/, 'then'))).toEqual([
      '*   3  then  bob, 1 override',
      '    2  then  anna: pumps hiccup, 1 override',
      '    1  nothing is named, 0 overrides',
      '',
    ]);
    expect((await settings('revert', '2')).out).toMatch(/^pump-\*: threshold 0.7 → 0.6\nversion 4 /);
    expect(JSON.parse((await settings('show')).out)).toMatchObject({
      version: 4,
      change: { by: 'anna', why: 'version 2 again', what: 'revert' },
      overrides: [{ settings: { threshold: 0.6 } }],
    });
    expect(JSON.parse((await settings('show', '3')).out)).toMatchObject({
      overrides: [{ settings: { threshold: 0.7 } }],
    });
  });
});

test.each([
  ['a name that no setting has', ['apply', 'MINE'], 1, /mine\.json: defaults\.treshold: there is no such setting/],
  ['a version that never was', ['revert', '9'], 2, /there is no version 9/],
  ['a folder that is not there', ['show', '--data', '/nowhere/at/all'], 2, /nowhere\/at\/all is not there/],
])('%s is refused, and nothing is changed', async (_, args, status, message) => {
  const file = fileOf({ version: 1, defaults: { treshold: 0.6 } });
  const where = args.includes('--data') ? [] : ['--data', folder];
  const { err, ...rest } = await run({}, ...args.map((one) => (one === 'MINE' ? file : one)), ...where);
  expect(rest.status).toBe(status);
  expect(err).toMatch(message);
  expect(() => readFileSync(join(folder, 'settings.json'))).toThrow(/ENOENT/);
});

test('a difference is told setting by setting, with the order where it changed', () => {
  const before = {
    version: 3,
    defaults: { threshold: 0.5 },
    overrides: [
      { sources: 'a*', settings: { threshold: 0.6 }, by: 'anna' },
      { sources: 'b*', settings: { counters: ['x'] } },
      { sources: 'c', settings: { threshold: 0.9 }, expiresAt: '2027-01-01T00:00:00Z' },
    ],
  };
  const after = {
    version: 4,
    defaults: { falseAlarmsPerWeek: 2 },
    overrides: [
      { sources: 'b*', settings: { counters: ['x', 'y'] } },
      { sources: 'a*', settings: { threshold: 0.6 }, by: 'bob' },
      { sources: 'd', settings: { watchSilence: false } },
    ],
    fleet: { sourcesMin: 9 },
  };
  expect(differenceLines(before, after)).toEqual([
    'all sources: threshold 0.5 → not named',
    'all sources: falseAlarmsPerWeek not named → 2',
    'a*: by anna → bob',
    'b*: counters ["x"] → ["x","y"]',
    'c: gone, it had threshold 0.9, until 2027-01-01T00:00:00Z',
    'd: new, watchSilence false',
    'order of overrides, of which the last that fits wins: b*, a*',
    'fleet: sourcesMin not named → 9',
  ]);
  expect(differenceLines(after, after)).toEqual([]);
});
