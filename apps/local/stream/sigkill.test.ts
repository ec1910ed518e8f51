import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleProgram, runUntil } from './testing/killing';
import { readAll, record, temporaryFolder, withLog } from './testing/logs';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ path: folder, remove } = temporaryFolder());
});
afterEach(() => remove());

test('after SIGKILL in the middle of appends, again and again, every acknowledged record is there once and in order', async () => {
  const program = bundleProgram('append-until-killed', folder);
  const logFolder = join(folder, 'log');
  const acknowledged = new Map<string, Set<number>>();
  for (let round = 0; round < 8; round++) {
    const enough = 20 + round * 17;
    const first = round * 1_000_000;
    const { said, killed } = await runUntil(
      program,
      [logFolder, `${first}`],
      (text) => text.split('\n').length > enough,
    );
    expect(killed).toBe(true);
    for (const line of said.split('\n').filter((one) => /^\S+ \d+ \d+$/.test(one))) {
      const [key, from, to] = line.split(' ') as [string, string, string];
      const numbers = acknowledged.get(key) ?? new Set();
      for (let number = Number(from); number <= Number(to); number++) numbers.add(number);
      acknowledged.set(key, numbers);
    }
    await withLog(logFolder, { onDamage: ({ action }) => expect(action).toBe('cut') }, async (log) => {
      const found = new Map<string, number[]>();
      for (const one of (await readAll(log)).flat()) {
        const numbers = found.get(one.partitionKey) ?? [];
        numbers.push(Number.parseInt(one.data.toString(), 10));
        found.set(one.partitionKey, numbers);
      }
      for (const [key, numbers] of acknowledged) {
        const there = found.get(key)!;
        // Strictly ascending: in order, none twice, whether acknowledged or not.
        expect(there.every((number, i) => i === 0 || number > there[i - 1]!)).toBe(true);
        const known = new Set(there);
        expect([...numbers].filter((number) => !known.has(number))).toEqual([]);
      }
    });
  }
  expect(acknowledged.size).toBe(6);
  expect(readdirSync(join(logFolder, 'shardId-000000000000')).length).toBeGreaterThan(1);
});

test('after SIGKILL in the middle of batches every record is handled, none for the first time out of order', async () => {
  const program = bundleProgram('handle-until-killed', folder);
  const [logFolder, handled] = [join(folder, 'log'), join(folder, 'handled')];
  mkdirSync(handled);
  await withLog(logFolder, { shards: 2 }, async (log) => {
    await log.consumer('detect');
    await log.append(Array.from({ length: 2_000 }, (_, i) => record(`pump-${i % 20}`, `${i}`)));
  });
  let rounds = 0;
  for (let finished = false; !finished; rounds++) {
    const { killed } = await runUntil(
      program,
      [logFolder, handled],
      (said) => said.length >= 12 && !said.includes('!'),
    );
    finished = !killed;
  }
  expect(rounds).toBeGreaterThan(4);
  let total = 0;
  for (const shard of readdirSync(handled)) {
    const sequences = readFileSync(join(handled, shard), 'utf8').trim().split('\n').map(Number);
    const firstTimes = [...new Set(sequences)];
    expect(firstTimes).toEqual(firstTimes.map((_, i) => i + 1));
    total += firstTimes.length;
  }
  expect(total).toBe(2_000);
});
