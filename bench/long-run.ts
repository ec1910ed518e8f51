import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import { normals } from '../shared/detection/relations/relations.factory';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { printTable } from './print-table';

const STEP_MS = 60_000;
const BLOCKS = 10;
/** A spike ends each block, a little higher than the last: it must be found as well in the last block as in the first. */
const SPIKE = 75;
const CONTEXT = {
  versions: { model: builtInModel.version, settings: 1, schema: 1 },
  degraded: false,
  warming: false,
};

/** One series of so many rows, block by block: scores, alarms, the spike's score and time must stay as they are. */
export function longRun(rows: number): void {
  const random = normals(5);
  const detector = openSourceDetector('series', DEFAULT_SETTINGS.defaults, undefined);
  const lines: string[][] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const [from, to] = [(rows / BLOCKS) * block, (rows / BLOCKS) * (block + 1)];
    const begun = performance.now();
    let sum = 0;
    let alarms = 0;
    let unsound = 0;
    let spike = 0;
    for (let row = from; row < to; row++) {
      const isSpike = row === to - 1;
      const usual = 50 + 10 * Math.sin((2 * Math.PI * row) / 1440) + random();
      const value = isSpike ? SPIKE + block : usual;
      const point = { source: 'series', timestamp: row * STEP_MS, metrics: { value }, tags: {} };
      const observations = detector.advance(point);
      const scores = observations.map(({ features }) => builtInModel.score(features!));
      const { anomalyScore, isAnomaly } = detector.conclude(point, observations, scores, CONTEXT).verdicts[0]!;
      if (!(anomalyScore >= 0 && anomalyScore < 1)) unsound++;
      sum += anomalyScore;
      if (isSpike) spike = anomalyScore;
      else if (isAnomaly) alarms++;
    }
    lines.push([
      `rows ${from + 1}–${to}`,
      (sum / (to - from)).toFixed(3),
      ((1e4 * alarms) / (to - from)).toFixed(2),
      spike.toFixed(3),
      String(unsound),
      ((1000 * (performance.now() - begun)) / (to - from)).toFixed(2),
    ]);
  }
  printTable(['one series', 'mean score', 'alarms in 10,000', 'score of a spike', 'unsound', 'µs a row'], lines);
}
