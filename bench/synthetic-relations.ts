// Relations between metrics, on made-up machines with one fault each: npm run bench:relations [-- SEEDS FIRST_SEED]
import { RelationDetector, relationReading } from '../shared/detection/relations/relation-detector';
import { normals } from '../shared/detection/relations/relations.factory';
import { areas } from './area-score';
import { mean, median } from './averages';
import { hotelling } from './peers/hotelling';
import { addTally, NO_ALARMS, tallyAlarms } from './relations/alarm-tally';
import { runDetector } from './relations/run-detector';
import { FAULTS, type SourceShape, syntheticSource } from './relations/synthetic-source';

const SKIP = 400;
const seeds = Number(process.argv[2] ?? 6);
const firstSeed = Number(process.argv[3] ?? 1);

const ROWS = 2400;
const FAULT_ROWS = [60, 150, 300];

function judge(metrics: number) {
  const judged = FAULTS.flatMap((fault, f) =>
    Array.from({ length: seeds }, (_, k) => {
      const seed = 1000 * (firstSeed + k) + f;
      const faultRows = FAULT_ROWS[k % FAULT_ROWS.length]!;
      const shape: SourceShape = { metrics, rows: ROWS, faultFrom: 600 + ((seed * 7919) % 1300), faultRows };
      const source = syntheticSource(seed, fault, shape);
      const run = runDetector(source);
      const faulty = run.blamed.slice(shape.faultFrom, shape.faultFrom + shape.faultRows);
      return {
        fault,
        area: areas(run.scores, source.labels, SKIP).roc,
        floor: areas(hotelling(source.rows, SKIP), source.labels, SKIP).roc,
        blame: faulty.filter((place) => place === source.broken).length / faulty.length,
        tally: tallyAlarms(run.alarms, source.labels, SKIP),
        microseconds: run.microsecondsARow,
        bytes: run.bytesAtRest,
      };
    }),
  );
  const all = judged.map(({ tally }) => tally).reduce(addTally, NO_ALARMS);
  console.log(
    `\n${metrics} metrics: mean ROC area ${mean(judged.map(({ area }) => area)).toFixed(3)} (T² ${mean(judged.map(({ floor }) => floor)).toFixed(3)}), found ${all.found} of ${all.faults}, median delay ${median(all.delays)}, ${((1000 * all.falseEpisodes) / all.normalRows).toFixed(2)} false episodes in 1,000 rows, ${median(judged.map(({ microseconds }) => microseconds)).toFixed(1)} µs a row, ${Math.max(...judged.map(({ bytes }) => bytes))} bytes`,
  );
  for (const fault of FAULTS) {
    const own = judged.filter((one) => one.fault === fault);
    const tally = own.map((one) => one.tally).reduce(addTally, NO_ALARMS);
    console.log(
      `  ${fault.padEnd(10)} ROC area ${mean(own.map(({ area }) => area)).toFixed(3)} (T² ${mean(own.map(({ floor }) => floor)).toFixed(3)})` +
        `  found ${tally.found} of ${tally.faults}  blamed rightly ${(100 * mean(own.map(({ blame }) => blame))).toFixed(0)} % of rows`,
    );
  }
}

/** Rows of independent noise, in which there is nothing to find. */
function judgeNoise(metrics: number, rows: number) {
  const noise = normals(metrics);
  const detector = new RelationDetector(Array.from({ length: metrics }, (_, j) => `m${j}`));
  const reading = relationReading();
  const row = new Float64Array(metrics);
  let alarms = 0;
  let score = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < metrics; j++) row[j] = noise();
    detector.advance(row, false, reading);
    if (reading.alarm) alarms++;
    score += reading.score / rows;
  }
  console.log(`white noise, ${metrics} metrics: ${alarms} alarms in ${rows} rows, mean score ${score.toFixed(2)}`);
}

for (const metrics of [3, 8, 32]) judge(metrics);
console.log('');
for (const [metrics, rows] of [
  [3, 100_000],
  [8, 100_000],
  [32, 20_000],
] as const)
  judgeNoise(metrics, rows);
