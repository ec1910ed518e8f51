// Relations between metrics, on made-up machines with one fault each: npm run bench:relations [-- SEEDS FIRST_SEED]
import { hotelling } from './relations/hotelling';
import { addTally, mean, median, NO_ALARMS, rocArea, tallyAlarms } from './relations/judge';
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
        area: rocArea(run.scores, source.labels, SKIP),
        floor: rocArea(hotelling(source.rows, SKIP), source.labels, SKIP),
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

for (const metrics of [3, 8, 32]) judge(metrics);
