import { counted, rejectionLines } from '../rejection-lines';
import type { ScoreTally } from './score-input';

/** What a person is told at the end; the first line is the result, the others what to know about it. */
export function summaryText(tally: ScoreTally, seconds: number, quiet: boolean): string {
  const lines = [...(quiet ? [] : resultLines(tally, seconds)), ...rejectionLines(tally.rejected, tally.rejections)];
  return lines.map((line) => `${line}\n`).join('');
}

function resultLines(tally: ScoreTally, seconds: number): string[] {
  const lines = [
    `${counted(tally.rows, 'row')} of ${counted(tally.sources.size, 'source')} in ${seconds.toFixed(1)} s: ` +
      `${counted(tally.anomalies, 'anomalous row')} in ${counted(tally.episodes, 'episode')}`,
  ];
  if (tally.unmeasured > 0) lines.push(`${counted(tally.unmeasured, 'row')} without a value: not judged`);
  if (tally.passedOver > 0)
    lines.push(`${counted(tally.passedOver, 'row')} with a time seen before, or too late: not judged`);
  if (tally.judged > 0 && tally.learnt < tally.learningNeeds)
    lines.push(
      `scores stay 0: ${tally.learnt} points were learnt, ${tally.learningNeeds} are needed before they count`,
    );
  return lines;
}
