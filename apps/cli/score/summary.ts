import { excerpt } from '../../../shared/adapters/files/read-item';
import type { ScoreTally } from './score-input';

const COUNT = new Intl.NumberFormat('en');

/** What a person is told at the end; the first line is the result, the others what to know about it. */
export function summaryText(tally: ScoreTally, seconds: number, quiet: boolean): string {
  const lines = [...(quiet ? [] : resultLines(tally, seconds)), ...rejectionLines(tally)];
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

function rejectionLines({ rejected, rejections }: ScoreTally): string[] {
  if (rejected === 0) return [];
  const shown = rejections.map(
    ({ line, field, message }) => `  line ${line}${field === undefined ? '' : `, ${excerpt(field)}`}: ${message}`,
  );
  const more = rejected - rejections.length;
  return [
    `${counted(rejected, 'row')} could not be read:`,
    ...shown,
    ...(more > 0 ? [`  and ${COUNT.format(more)} more`] : []),
  ];
}

function counted(count: number, what: string): string {
  return `${COUNT.format(count)} ${what}${count === 1 ? '' : 's'}`;
}
