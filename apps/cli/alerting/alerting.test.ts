import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbAlertStore } from '../../../shared/adapters/embedded/lmdb-alert-store';
import { AlertingWorld, anomaly } from '../../../shared/alerting/alerting.factory';
import { routeEvents } from '../../../shared/alerting/router/route-events';
import { alertIdOf } from '../../../shared/alerting/state/alert';
import { bundlePrograms, type Programs } from '../../../test/e2e/programs';

const folder = mkdtempSync(join(tmpdir(), 'tidewatch-cli-alerts-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const data = join(folder, 'run');
const rules = file(
  'rules.yaml',
  `version: 1
receivers:
  - { name: chat, channel: slack, secret: s }
  - { name: pager, channel: webhook, secret: p, template: pagerduty }
  - { name: idle, channel: email, to: [a@example.com] }
rules:
  - { name: pumps, match: { source: 'pump-*' }, owner: plant, expires: 2000-01-01 }
  - { name: all }
route:
  receivers: [chat]
  groupBy: [source]
  routes: [{ match: { severity: critical }, receivers: [pager] }]
`,
);
let programs: Programs;

beforeAll(async () => {
  programs = bundlePrograms();
  const store = openLmdbAlertStore(join(data, 'alerts.lmdb'));
  const world = new AlertingWorld();
  await routeEvents({ ...world.services, store, now: Date.now }, [
    anomaly({ source: 'pump-1', timestamp: Date.now() - 60_000 }),
    anomaly({ source: 'fan-1', timestamp: Date.now() - 60_000 }),
  ]);
  await store.close();
});
afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programs.script, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], USER: 'anna' },
  });
  return { status, out: stdout, err: stderr };
}

test('rules check tells what a document holds and what deserves a look', () => {
  expect(run('rules', 'check', rules)).toMatchObject({
    status: 0,
    out: `${rules}: 2 rules, 2 routes, 3 receivers
note: pumps: expired on 2000-01-01; it does nothing any more
note: receiver idle: no route names it
`,
  });
});

test('rules check tells what is wrong by line, and fails', () => {
  const bad = file('bad.yaml', 'version: 1\nreceivers: []\nrules: []\nroute:\n  receivers: [bob]\n');
  const { status, err } = run('rules', 'check', bad);
  expect(status).toBe(1);
  expect(err).toBe(`tidewatch: ${bad}:5: route.receivers[0]: no receiver is called "bob"; there are none\n`);
});

test('rules are applied as versions', () => {
  expect(run('rules', 'show', '--data', data).out).toContain('none was applied');
  expect(run('rules', 'apply', rules, '--data', data).out).toMatch(/^version 1: /);
  expect(run('rules', 'apply', rules, '--data', data).out).toMatch(/^version 1 was in force already: /);
  expect(run('rules', 'show', '--data', data).out).toMatch(/^# version 1, by anna, .*\nversion: 1\n/);
});

test.each<[string[], string]>([
  [['source=pump-1', 'severity=critical'], '→ pager (route root/severity critical)'],
  [['source=pump-1'], '→ chat (route root)'],
])('routes test %j says %s', (conditions, words) => {
  const { status, out } = run('routes', 'test', '--rules', rules, ...conditions);
  expect(status).toBe(0);
  expect(out).toContain(words);
  expect(out).toContain('rule pumps: no, it expired');
  expect(out).toContain('grouped by source=pump-1');
});

test('routes test refuses what no alert has', () => {
  expect(run('routes', 'test', '--rules', rules, 'colour=red')).toMatchObject({
    status: 2,
    err: expect.stringContaining('"colour" is nothing that an alert has'),
  });
});

test('alerts are listed, explained, acknowledged and judged', () => {
  const id = alertIdOf('episode of pump-1');
  expect(run('alerts', 'list', '--data', data).out).toMatch(
    new RegExp(`${id.slice(0, 10)}  firing +high +pump-1 +temperature +1m`),
  );
  expect(run('alerts', 'ack', id.slice(0, 8), '--data', data).out).toBe('anna (cli) acknowledged it\n');
  expect(run('alerts', 'ack', id, '--by', 'bob', '--data', data).out).toBe('nothing to do: anna has acknowledged it\n');
  expect(run('alerts', 'verdict', id, 'false-alarm', '--note', 'cleaning', '--data', data).out).toBe(
    'anna (cli): a false alarm\n',
  );
  const story = run('alerts', 'explain', id, '--data', data).out;
  expect(story).toMatch(/pump-1 temperature: acknowledged, value, high/);
  expect(story).toMatch(
    /all fits event 1[\s\S]*route root to slack[\s\S]*anna \(cli\) acknowledged it[\s\S]*a false alarm/,
  );
  expect(run('alerts', 'explain', 'nonsense', '--data', data)).toMatchObject({
    status: 2,
    err: expect.stringContaining('no alert is called nonsense'),
  });
});

test('silences are tried, added, listed and ended', () => {
  expect(run('silences', 'preview', 'source=fan-*', '--data', data).out).toMatch(
    /^mutes 1 of 2 alerts now\n[\s\S]*fan-1/,
  );
  const { out } = run('silences', 'add', 'source=fan-*', '--for', '2h', '--reason', 'service', '--data', data);
  const id = /^silence (\w+) until/.exec(out)![1]!;
  expect(run('silences', 'list', '--data', data).out).toMatch(
    new RegExp(`${id} +source fan-\\* +in (2h|1h 59m) +anna +service`),
  );
  expect(run('routes', 'test', 'source=fan-1', '--data', data).out).toContain(`muted by silence ${id} by anna until`);
  expect(run('silences', 'expire', id, '--data', data).out).toBe(`silence ${id} has ended\n`);
  expect(run('silences', 'expire', id, '--data', data).status).toBe(2);
  expect(run('silences', 'list', '--data', data).out).toBe('no silences\n');
});

test.each<[string, string[]]>([
  ['no duration', ['source=a', '--for', 'ever', '--reason', 'r']],
  ['no condition', ['a', '--for', '1h', '--reason', 'r']],
  ['an unknown name', ['colour=red', '--for', '1h', '--reason', 'r']],
])('a silence with %s is refused', (_, args) => {
  expect(run('silences', 'add', ...args, '--data', data).status).toBe(2);
});

test('a folder without alerts is named', () => {
  expect(run('alerts', 'list', '--data', join(folder, 'none'))).toMatchObject({
    status: 2,
    err: expect.stringContaining('holds no alerts'),
  });
});

test('a back-test tells who would have been told, and how good that was', () => {
  const START = Date.UTC(2026, 0, 1);
  const STEP = 300_000;
  const isFault = (i: number) => i >= 20 * 288 + 40 && i < 20 * 288 + 60;
  const rows = Array.from({ length: 22 * 288 }, (_, i) => {
    const value = 70 + 5 * Math.sin((2 * Math.PI * i) / 288) + 0.4 * Math.sin(i * 12.9898) + (isFault(i) ? 15 : 0);
    return `${new Date(START + i * STEP).toISOString()},pump-1,${value.toFixed(2)}`;
  });
  const at = (i: number) => new Date(START + i * STEP).toISOString();
  const history = file('history.csv', `timestamp,source,temperature\n${rows.join('\n')}\n`);
  const truth = file(
    'truth.csv',
    `from,to,source\n${at(20 * 288 + 40)},${at(20 * 288 + 60)},pump-1\n${at(100)},${at(110)},pump-2\n`,
  );
  const { status, out } = run('backtest', '-q', '--input', history, '--rules', rules, '--truth', truth);
  expect(status).toBe(0);
  expect(out).toMatch(/^2026-01-21 03:2\d:\d\d {2}(chat|pager) {2}first, \w+: pump-1 temperature\n/);
  expect(out).toMatch(/\n\d+ notifications in 1 incident to [12] receivers?, /);
  expect(out).toMatch(/of 2 true faults: 1 found, 1 missed; 0 false alerts; told after 30\.0 s \(median\)/);
  expect(out).toContain('missed: pump-2');
});
