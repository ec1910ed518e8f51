import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const root = join(__dirname, '..');
const program = join(root, 'scripts', 'services', 'main.mjs');
/** Of those that are asked for, only a Redis is started: the other is the user's own. */
const only = ['--only', 'redis,influxdb'];
const theirs = { INFLUX_URL: 'theirs' };
/** Servers have their folder here. */
const temporary = mkdtempSync(join(tmpdir(), 'services-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
const folders = () => readdirSync(temporary);

/** Runs a command of the shell beside servers of its own. */
function run(command: string) {
  const { REDIS_URL: _, MLFLOW_TRACKING_URI: __, ...env } = process.env;
  const child = spawn(process.execPath, [program, 'run', ...only, 'sh', '-c', command], {
    env: { ...env, ...theirs, TMPDIR: temporary },
  });
  let output = '';
  const printed = new Promise<string>((line) => {
    child.stdout.on('data', (bytes) => {
      output += bytes;
      if (output.includes('\n')) line(output.split('\n')[0]!);
    });
  });
  const ended = new Promise<number | null>((gone) => child.once('exit', gone));
  return { child, printed, ended };
}

async function isUp(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, disconnectTimeout: 50 });
  client.on('error', () => {});
  const answer = await client.connect().then(
    () => true,
    () => false,
  );
  client.disconnect();
  return answer;
}

function soon(): Promise<void> {
  return new Promise((later) => setTimeout(later, 25));
}

describe('servers beside a command', () => {
  it('have names, and no other is asked for in vain', () => {
    const wrong = spawnSync(process.execPath, [program, 'run', '--only', 'redis,mongo', 'true'], { encoding: 'utf8' });
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('there is no server mongo: redis,')]);
  });

  it('are where the variable says, and gone with the command, whose exit code is kept', async () => {
    const { printed, ended } = run('echo $REDIS_URL $INFLUX_URL $MLFLOW_TRACKING_URI; exit 7');
    expect(await printed).toMatch(/^redis:\/\/127\.0\.0\.1:\d+ theirs$/);
    expect(await ended).toBe(7);
    expect(await isUp((await printed).split(' ')[0]!)).toBe(false);
    expect(folders()).toEqual([]);
  });

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGKILL'])(
    'are gone after %s, with what they wrote',
    async (signal) => {
      const { child, printed, ended } = run('echo $REDIS_URL; exec sleep 20');
      const url = await printed;
      expect(await isUp(url)).toBe(true);
      while (!readFileSync(join(temporary, folders()[0]!, 'state.json'), 'utf8').includes('"command"')) await soon();
      child.kill(signal);
      await ended;
      while (folders().length > 0 || (await isUp(url))) await soon();
    },
  );
});
