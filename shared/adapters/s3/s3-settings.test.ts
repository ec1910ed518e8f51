import { TransientFault } from '../../detection/ports';
import { DEFAULT_SETTINGS } from '../../domain/settings';
import { describeSettingsStore } from '../contracts/settings-store.contract';
import { createS3Settings, openS3SettingsStore } from './s3-settings';
import { type FakeS3, startFakeS3 } from './testing/fake-s3';

let s3: FakeS3;
let now: number;
let problems: unknown[];
beforeEach(async () => {
  s3 = await startFakeS3('settings');
  now = 0;
  problems = [];
});
afterEach(() => s3.close());

const settings = (more = {}) =>
  createS3Settings({
    ...{ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'settings', clock: () => now },
    onProblem: (error) => void problems.push(error),
    ...more,
  });
const write = (text: string) => void s3.objects.set('settings.json', text);
const refuse = () => {
  s3.fate = () => ({ error: 'AccessDenied', status: 403 });
};
const version = (number: number) => write(JSON.stringify({ version: number }));

describe('settings in a bucket', () => {
  it('are the defaults without a document', async () => {
    expect(await settings()()).toEqual(DEFAULT_SETTINGS);
  });

  it('are looked for once a minute, by one look for all who ask', async () => {
    version(2);
    const current = settings();
    expect((await Promise.all([current(), current()])).map((one) => one.version)).toEqual([2, 2]);
    version(3);
    now = 59_999;
    expect((await current()).version).toBe(2);
    now = 60_000;
    expect((await current()).version).toBe(3);
    expect(s3.calls).toHaveLength(2);
  });

  it.each([
    ['no JSON', () => write('{"version": 4')],
    ['no settings', () => write('{"version": 0}')],
    ['no answer', () => refuse()],
  ])('stay as they were when a later look finds %s, and that is told', async (_, happens) => {
    version(2);
    const current = settings();
    await current();
    happens();
    now = 60_000;
    expect((await current()).version).toBe(2);
    expect(problems).toHaveLength(1);
    await current();
    expect(problems).toHaveLength(1);
  });

  it.each(['{', 'null', '{"version": "two"}'])('are refused at first when they are %s', async (text) => {
    write(text);
    await expect(settings()()).rejects.toThrow(/settings s3:\/\/settings\/settings\.json: /);
  });

  it('come once the bucket answers', async () => {
    s3.fate = () => 'hangs';
    const current = settings({ timeoutMs: 300, attemptTimeoutMs: 100 });
    await expect(current()).rejects.toThrow(TransientFault);
    s3.fate = () => 'works';
    version(5);
    expect((await current()).version).toBe(5);
  });
});

const NOON = Date.UTC(2026, 10, 22, 12);
const opened = (more = {}) =>
  openS3SettingsStore({ region: 'eu-central-1', endpointUrl: s3.url, bucket: 'settings', ...more }, () => NOON);

describeSettingsStore('a bucket', async () => ({ open: opened, edit: async (text) => write(text) }));

describe('settings in a bucket, changed', () => {
  it('are written once also when the answer is lost on the way', async () => {
    s3.fate = (call) =>
      s3.calls[call] === 'PUT settings.json' && !s3.calls.slice(0, call).includes('PUT settings.json')
        ? 'answer-lost'
        : 'works';
    const store = opened();
    expect(await store.write({ version: 1, defaults: { threshold: 0.6 } }, 1, { by: 'anna', why: '' })).toMatchObject({
      version: 2,
    });
    expect(s3.calls.filter((call) => call === 'PUT settings.json').length).toBeGreaterThan(1);
    expect(JSON.parse(s3.objects.get('settings.json')!)).toMatchObject({ version: 2, change: { by: 'anna' } });
    await store.close();
  });

  it('are tried again while S3 has another write of them under way', async () => {
    let conflicts = 0;
    s3.fate = (call) =>
      s3.calls[call] === 'PUT settings.json' && conflicts++ < 2
        ? { error: 'ConditionalRequestConflict', status: 409 }
        : 'works';
    const store = opened();
    expect(await store.write({ version: 1 }, 1, { by: 'anna', why: '' })).toMatchObject({ version: 2 });
    await store.close();
  });

  it('have their versions beside them, whatever the bucket keeps itself', async () => {
    const store = opened();
    for (let version = 1; version <= 4; version++) await store.write({ version: 1 }, version, { by: 'anna', why: '' });
    expect([...s3.objects.keys()].sort()).toEqual([
      'settings-versions/2.json',
      'settings-versions/3.json',
      'settings-versions/4.json',
      'settings-versions/5.json',
      'settings.json',
    ]);
    expect((await store.versions(3)).map(({ version }) => version)).toEqual([5, 4, 3]);
    await store.close();
  });
});
