// What drift is told by, on a fleet whose data stay as they are and on fleets whose data change: npm run bench:drift [-- --seed N]
import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { SourceDetector } from '../shared/detection/source-detector';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { Distributions, drift } from '../shared/training/distributions';
import { lookForDrift } from '../shared/training/drift-look';
import { CHANGES, type Change, changingFleet, FLEET_START } from './changing-fleet';
import { printTable } from './print-table';

const DAY_MS = 86_400_000;
const DAYS = 35;
const CHANGE_DAY = 28;
const REFERENCE_DAYS = 7;
const SEED_AT = process.argv.indexOf('--seed');
const seed = SEED_AT < 0 ? 1 : Number(process.argv[SEED_AT + 1]);

/** Distributions of each day of the fleet. */
function byDay(change: Change): Distributions[] {
  const days = Array.from({ length: DAYS }, () => new Distributions(builtInModel.version));
  const detectors = new Map<string, SourceDetector>();
  for (const point of changingFleet(change, { seed, days: DAYS, changeDay: CHANGE_DAY })) {
    const known = detectors.get(point.source);
    const detector = known ?? openSourceDetector(point.source, DEFAULT_SETTINGS.defaults, undefined);
    detectors.set(point.source, detector);
    const day = days[Math.floor((point.timestamp - FLEET_START) / DAY_MS)]!;
    for (const observation of detector.advance(point))
      if (observation.features !== undefined) day.add(observation, builtInModel.score(observation.features).anomaly);
  }
  return days;
}

function sum(days: readonly Distributions[]): Distributions {
  const all = new Distributions(builtInModel.version);
  for (const day of days) all.merge(day);
  return all;
}

const rows = CHANGES.map((change) => {
  const days = byDay(change);
  const reference = sum(days.slice(CHANGE_DAY - REFERENCE_DAYS, CHANGE_DAY));
  const after = days.slice(CHANGE_DAY);
  const looks = after.map((day) => lookForDrift(reference, day, 0.25));
  const past = sum(days.slice(1, CHANGE_DAY));
  // What one would see who compared everything, with all that training had seen.
  const naive = Math.min(...after.map((day) => drift(past, day).largest!.index));
  return [
    change.name,
    looks[0]!.max.toFixed(2),
    looks.at(-1)!.max.toFixed(2),
    Math.max(...looks.map(({ max }) => max)).toFixed(2),
    looks[0]!.indices[0]![0],
    naive.toFixed(2),
  ];
});
console.log(`largest index of a day, against the week before (seed ${seed}; 40 sources, a point in 15 minutes)`);
printTable(
  ['data change by', 'first day', 'seventh day', 'largest', 'first of', 'all features, all the past: least'],
  rows,
);
