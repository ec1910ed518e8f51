// Checks the engine against expected intermediate values: node bench/run.mjs golden FILE.csv
// Columns: row, epoch_s, x, S1 … S9, value, season, variability, s, s_prime, e.
import { readFileSync } from 'node:fs';
import { seasonFamily, valueFamily, variabilityFamily } from '../shared/detection/families';
import { emptyMetric } from '../shared/detection/metric-codec';
import { advanceMetric, createFindings } from '../shared/detection/metric-detector';

const TOLERANCE = 1e-3;

const file = process.argv[2];
if (file === undefined) {
  console.error('usage: node bench/run.mjs golden FILE.csv');
  process.exit(2);
}
const rows = readFileSync(file, 'utf8')
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map((row) => row.split(',').map(Number));
const state = emptyMetric();
const found = createFindings();
const names = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'value', 'season', 'variability', 's', "s'"];
const worst = names.map(() => 0);
for (const row of rows) {
  advanceMetric(state, row[2]!, row[1]!, false, found);
  const s = found.surprises;
  const value = valueFamily(s[0]!, s[1]!);
  const season = seasonFamily(s[2]!, s[3]!, s[4]!, s[8]!);
  const change = variabilityFamily(s[5]!, s[6]!, s[7]!);
  const score = Math.sqrt((value ** 2 + season ** 2 + change ** 2) / 3);
  const all = [...s, value, season, change, score, Math.sqrt(score ** 2 + 9 * found.evidence ** 2)];
  all.forEach((mine, k) => {
    worst[k] = Math.max(worst[k]!, Math.abs(mine - row[3 + k]!));
  });
}
names.forEach((name, k) => {
  console.log(`${name.padEnd(12)} differs by at most ${worst[k]!.toExponential(1)}`);
});
process.exitCode = worst.every((difference) => difference <= TOLERANCE) ? 0 : 1;
