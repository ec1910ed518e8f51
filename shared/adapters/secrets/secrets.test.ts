import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { SecretMissing } from '../../alerting/channel-ports';
import { sealed } from '../../alerting/sealed';
import { keptSecrets } from './kept-secrets';
import { localSecrets, secretVariable } from './local-secrets';

const TEXT = 'xoxb-very-secret';

test('a sealed text is shown by no way of printing', () => {
  const secret = sealed(TEXT);
  const shown = [String(secret), `${secret}`, JSON.stringify({ secret }), inspect({ secret }, { showHidden: true })];
  expect(shown.join()).not.toContain(TEXT);
  expect(shown.every((one) => one.includes('[secret]'))).toBe(true);
  expect(secret.reveal()).toBe(TEXT);
});

describe('kept secrets', () => {
  function under(fetch: (name: string) => Promise<string | undefined>) {
    const clock = { now: 0 };
    const asked: string[] = [];
    const secrets = keptSecrets(
      (name) => {
        asked.push(name);
        return fetch(name);
      },
      { now: () => clock.now, keepMs: 1_000 },
    );
    return { clock, asked, secrets };
  }

  it('are fetched once and again when their time is over', async () => {
    const { clock, asked, secrets } = under(async () => TEXT);
    const [one, two] = await Promise.all([secrets.get('a'), secrets.get('a')]);
    expect([one.reveal(), two.reveal()]).toEqual([TEXT, TEXT]);
    clock.now = 999;
    await secrets.get('a');
    expect(asked).toEqual(['a']);
    clock.now = 1_000;
    await secrets.get('a');
    expect(asked).toEqual(['a', 'a']);
  });

  it('are fetched again when a provider did not accept them', async () => {
    const { asked, secrets } = under(async () => TEXT);
    await secrets.get('a');
    secrets.forget('a');
    await secrets.get('a');
    expect(asked).toHaveLength(2);
  });

  it('do not keep a failure', async () => {
    let isDown = true;
    const { secrets } = under(async () => {
      if (isDown) throw new Error('down');
      return TEXT;
    });
    await expect(secrets.get('a')).rejects.toThrow('down');
    isDown = false;
    expect((await secrets.get('a')).reveal()).toBe(TEXT);
  });

  it.each([undefined, '', ' \n'])('name what is missing (%j)', async (text) => {
    await expect(under(async () => text).secrets.get('tidewatch/slack')).rejects.toThrow(SecretMissing);
  });
});

describe('secrets of this machine', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  mkdirSync(path.join(folder, 'inside/tidewatch'), { recursive: true });
  writeFileSync(path.join(folder, 'outside'), TEXT);
  writeFileSync(path.join(folder, 'inside/tidewatch/slack'), 'from the file');
  afterAll(() => rmSync(folder, { recursive: true }));
  const inside = path.join(folder, 'inside');

  test.each([
    ['tidewatch/slack', { SECRET_TIDEWATCH_SLACK: 'from the environment' }, 'from the environment'],
    ['tidewatch/slack', { SECRET_TIDEWATCH_SLACK: '' }, 'from the file'],
    ['tidewatch/slack', {}, 'from the file'],
    ['tidewatch', {}, undefined],
    ['tidewatch/slack/deeper', {}, undefined],
    ['nothing', {}, undefined],
    ['../outside', {}, undefined],
    ['tidewatch/../../outside', {}, undefined],
    [path.join(folder, 'outside'), {}, undefined],
  ])('%s with %j is %j', async (name, environment, text) => {
    expect(await localSecrets({ environment, folder: inside })(name)).toBe(text);
  });

  test('a name becomes a variable', () => {
    expect(secretVariable('tidewatch/slack-ops.eu')).toBe('SECRET_TIDEWATCH_SLACK_OPS_EU');
  });
});
