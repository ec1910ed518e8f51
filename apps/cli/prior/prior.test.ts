import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PriorError, readPrior } from '../../../shared/adapters/files/prior-file';
import { runScore } from '../score/run-score';
import { runPrior } from './run-prior';

const folder = mkdtempSync(path.join(tmpdir(), 'prior-'));
const file = (name: string) => path.join(folder, name);
const at = (row: number) => new Date(Date.UTC(2026, 0, 5) + row * 900_000).toISOString();
const level = (machine: number, row: number) =>
  60 + machine + 8 * Math.sin(row / 15) + ((row * 7919 + machine) % 13) / 6;

beforeAll(async () => {
  const past = Array.from({ length: 400 }, (_, row) =>
    [0, 1, 2, 3].map((machine) => `${at(row)},m${machine},${level(machine, row)}`),
  ).flat();
  writeFileSync(file('past.csv'), `timestamp,source,level\n${past.join('\n')}\n`);
  const young = Array.from({ length: 40 }, (_, row) => `${at(row)},m9,${level(2, row + 5) + (row === 24 ? 15 : 0)}`);
  writeFileSync(file('young.csv'), `timestamp,source,level\n${young.join('\n')}\n`);
  expect(
    await runPrior({ input: file('past.csv'), output: file('prior.json'), name: 'past', timeZone: 'UTC', quiet: true }),
  ).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('writes what like series lend', async () => {
  const { name, metrics } = JSON.parse(readFileSync(file('prior.json'), 'utf8'));
  expect(name).toBe('past');
  expect(metrics.level.series).toBe(4);
  expect([...(await readPrior(file('prior.json'))).beginnings.keys()]).toEqual(['level']);
});

it('lets a young series be judged by others', async () => {
  const scored = async (more: { prior?: string }) => {
    const given = {
      input: file('young.csv'),
      output: file('scores.csv'),
      timeZone: 'UTC',
      threshold: 0.5,
      quiet: true,
    };
    await runScore({ ...given, ...more });
    return Number(readFileSync(file('scores.csv'), 'utf8').split('\n')[25]!.split(',')[4]);
  };
  expect(await scored({ prior: file('prior.json') })).toBeGreaterThan(0.5);
  expect(await scored({ prior: file('prior.json') })).toBeGreaterThan(await scored({}));
});

it.each([
  ['missing', 'nowhere.json', /no such file/],
  ['not JSON', 'past.csv', /no prior/],
])('refuses a file that is %s', async (_, name, message) => {
  await expect(readPrior(file(name))).rejects.toThrow(PriorError);
  await expect(readPrior(file(name))).rejects.toThrow(message);
});
