// Quality and cost of relations on labelled sources: npm run bench:multi -- DIR [--skip 400] [--json]
import { performance } from 'node:perf_hooks';
import { RelationDetector, relationReading } from '../shared/detection/relations/relation-detector';
import { hotelling } from './relations/hotelling';
import { addTally, median, NO_ALARMS, rocArea, tallyAlarms } from './relations/judge';
import { type LabelledRows, readLabelledRows } from './relations/labelled-rows';

const GAP_ROWS = 20;

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run bench:multi -- DIR [--skip ROWS]');
  process.exit(2);
}
const skip = flags.includes('--skip') ? Number(flags[flags.indexOf('--skip') + 1]) : 400;

interface Run {
  scores: Float64Array;
  alarms: Uint8Array;
  microseconds: number;
  bytes: number;
}

function run(source: LabelledRows): Run {
  const detector = new RelationDetector(source.metrics);
  const reading = relationReading();
  const scores = new Float64Array(source.rows.length);
  const alarms = new Uint8Array(source.rows.length);
  const usualStep = median(source.timestamps.slice(1).map((t, i) => t - source.timestamps[i]!));
  const start = performance.now();
  source.rows.forEach((row, i) => {
    const gap = i > 0 && source.timestamps[i]! - source.timestamps[i - 1]! > GAP_ROWS * usualStep;
    detector.advance(row, gap, reading);
    scores[i] = reading.score;
    alarms[i] = reading.alarm ? 1 : 0;
  });
  const microseconds = (1000 * (performance.now() - start)) / source.rows.length;
  return { scores, alarms, microseconds, bytes: detector.encode().length };
}

const sources = readLabelledRows(folder);
let tally = NO_ALARMS;
const areas: number[] = [];
const floors: number[] = [];
const speeds: number[] = [];
let bytes = 0;
for (const source of sources) {
  const result = run(source);
  const area = rocArea(result.scores, source.labels, skip);
  const floor = rocArea(hotelling(source.rows, skip), source.labels, skip);
  const own = tallyAlarms(result.alarms, source.labels, skip);
  tally = addTally(tally, own);
  areas.push(area);
  floors.push(floor);
  speeds.push(result.microseconds);
  bytes = Math.max(bytes, result.bytes);
  console.log(
    `${source.name.padEnd(24)} ROC ${area.toFixed(3)}  T² ${floor.toFixed(3)}  found ${own.found}/${own.faults}  delay ${own.delays.join(',') || '-'}  false ${own.falseEpisodes}`,
  );
}
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
console.log(
  `\nmean ROC area ${mean(areas).toFixed(4)} on ${sources.length} sources after ${skip} rows (Hotelling T² of the first ${skip}: ${mean(floors).toFixed(4)})`,
);
console.log(
  `faults found ${tally.found} of ${tally.faults}, median delay ${median(tally.delays)} rows, ${tally.falseEpisodes} false episodes in ${tally.normalRows} normal rows`,
);
console.log(`${median(speeds).toFixed(2)} µs a row (median of sources), at most ${bytes} bytes at rest`);
