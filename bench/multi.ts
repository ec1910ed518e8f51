// Relations between metrics, on labelled sources: npm run bench:multi -- DIR [--skip 400]
import { hotelling } from './relations/hotelling';
import { addTally, mean, median, NO_ALARMS, rocArea, tallyAlarms } from './relations/judge';
import { readLabelledRows } from './relations/labelled-rows';
import { runDetector } from './relations/run-detector';

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run bench:multi -- DIR [--skip ROWS]');
  process.exit(2);
}
const skip = flags.includes('--skip') ? Number(flags[flags.indexOf('--skip') + 1]) : 400;

const judged = readLabelledRows(folder).map((source) => {
  const run = runDetector(source);
  const area = rocArea(run.scores, source.labels, skip);
  const floor = rocArea(hotelling(source.rows, skip), source.labels, skip);
  const tally = tallyAlarms(run.alarms, source.labels, skip);
  console.log(
    `${source.name.padEnd(20)} ROC area ${area.toFixed(3)}  T² ${floor.toFixed(3)}  found ${tally.found} of ${tally.faults}` +
      `  delay ${tally.delays.join(', ') || '–'}  false ${tally.falseEpisodes}`,
  );
  return { run, area, floor, tally };
});

const all = judged.map(({ tally }) => tally).reduce(addTally, NO_ALARMS);
const meanOf = (pick: (one: (typeof judged)[number]) => number) => mean(judged.map(pick)).toFixed(4);
console.log(`
mean ROC area          ${meanOf((one) => one.area)}  (${judged.length} sources, rows after ${skip})
Hotelling T² floor     ${meanOf((one) => one.floor)}  (frozen after ${skip} rows)
faults found           ${all.found} of ${all.faults}, median delay ${median(all.delays)} rows
false episodes         ${all.falseEpisodes} in ${all.normalRows} normal rows
cost                   ${median(judged.map(({ run }) => run.microsecondsARow)).toFixed(1)} µs a row, ${Math.max(...judged.map(({ run }) => run.bytesAtRest))} bytes at rest at most`);
