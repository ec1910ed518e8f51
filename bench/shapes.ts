// The product's engine on series whose shape is wrong.
// npm run bench:shapes -- DIR [--without NAME,…]; DIR holds UCR anomaly archive files (NNN_UCR_Anomaly_NAME_TRAIN_START_END.txt, one value a line)
// and labelled series (NAME.out, "value,label" a line)
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { areas } from './area-score';
import { filesOf } from './nab-corpus';
import { hiddenFeatures, scoreSeries } from './score-series';

const START_MS = Date.UTC(2024, 0, 1);
const EVERY_MS = 60_000;
/** Slack of the archive's own rule. */
const SLACK_ROWS_MIN = 100;

const folder = process.argv[2];
const without = hiddenFeatures(process.argv);
if (folder === undefined) {
  console.error('usage: npm run bench:shapes -- DIR [--without NAME,…]');
  process.exit(2);
}
const ucr = filesOf(folder, '.txt').map(judgeArchiveFile);
const labelled = filesOf(folder, '.out').map(judgeLabelledFile);
if (ucr.length > 0) console.log(`UCR found ${ucr.filter(Boolean).length} of ${ucr.length}`);
if (labelled.length > 0) console.log(`mean AP ${mean(labelled).toFixed(3)} on ${labelled.length} series`);

/** Is the highest score after training near the one anomaly? */
function judgeArchiveFile(file: string): boolean {
  const name = path.basename(file, '.txt');
  const [trainEnd, start, end] = name.split('_').slice(-3).map(Number) as [number, number, number];
  const values = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
  const { anomaly } = score(values);
  let highest = trainEnd;
  for (let row = trainEnd; row < values.length; row++) if (anomaly[row]! > anomaly[highest]!) highest = row;
  const slack = Math.max(SLACK_ROWS_MIN, end - start + 1);
  const found = highest >= start - slack && highest <= end + slack;
  console.log(`${found ? 'found ' : 'missed'} ${name} (highest score at row ${highest})`);
  return found;
}

function judgeLabelledFile(file: string): number {
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((row) => row.split(',').map(Number));
  const { anomaly } = score(rows.map((row) => row[0]!));
  const { precision, roc } = areas(
    anomaly,
    rows.map((row) => row[1]!),
  );
  console.log(`AP ${precision.toFixed(3)} ROC ${roc.toFixed(3)} ${path.basename(file)}`);
  return precision;
}

function score(values: readonly number[]) {
  return scoreSeries(
    values.map((_, row) => START_MS + row * EVERY_MS),
    values,
    without,
  );
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
