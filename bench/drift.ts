// What drift is told by, on a fleet whose data stay as they are and on fleets whose data change: npm run bench:drift [-- --seed N]
import { builtInModel } from '../shared/detection/built-in-model';
import { Distributions, drift } from '../shared/training/distributions';
import { lookForDrift } from '../shared/training/drift-look';
import { CHANGES, changingFleet } from './changing-fleet';
import { distributionsByDay, trainedReference } from './fleet-drift';
import { printTable } from './print-table';

const DAYS = 36;
const CHANGE_DAY = 28;
/** When drift trains for the second time, a week after the first: all of the newest week is of after the change. */
const AGAIN_DAY = 35;
const SEED_AT = process.argv.indexOf('--seed');
const seed = SEED_AT < 0 ? 1 : Number(process.argv[SEED_AT + 1]);

function sum(days: readonly Distributions[]): Distributions {
  const all = new Distributions(builtInModel.version);
  for (const day of days) all.merge(day);
  return all;
}

/** Until then all fleets are one. */
const before = [...changingFleet(CHANGES[0]!, { seed, days: CHANGE_DAY, changeDay: CHANGE_DAY })];
const reference = Distributions.from(await trainedReference(before, CHANGE_DAY));

const rows: string[][] = [];
for (const change of CHANGES) {
  const points = [...changingFleet(change, { seed, days: DAYS, changeDay: CHANGE_DAY })];
  const days = distributionsByDay(points, DAYS);
  const after = days.slice(CHANGE_DAY, AGAIN_DAY);
  const looks = after.map((day) => lookForDrift(reference, day, 0.25));
  const past = sum(days.slice(1, CHANGE_DAY));
  // What one would see who compared everything, with all that training had seen.
  const naive = Math.min(...after.map((day) => drift(past, day).largest!.index));
  const again = Distributions.from(await trainedReference(points, AGAIN_DAY));
  rows.push([
    change.name,
    looks[0]!.max.toFixed(2),
    looks.at(-1)!.max.toFixed(2),
    Math.max(...looks.map(({ max }) => max)).toFixed(2),
    looks[0]!.indices[0]![0],
    lookForDrift(again, days[AGAIN_DAY]!, 0.25).max.toFixed(2),
    naive.toFixed(2),
  ]);
}
console.log(
  `largest index of a day, against a training just before the change (seed ${seed}; 40 sources, a point in 15 minutes)`,
);
printTable(
  [
    'data change by',
    'first day',
    'seventh day',
    'largest',
    'first of',
    'eighth day, trained again on the seventh',
    'all features, all the past: least',
  ],
  rows,
);
