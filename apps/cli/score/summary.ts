import { RELATION_SETTINGS } from '../../../shared/detection/relations/relation-settings';
import { LIMITS } from '../../../shared/domain/limits';
import { plainText } from '../../local/screen/plain-text';
import { counted, rejectionLines } from '../rejection-lines';
import type { ScoreTally } from './score-input';

const LEARNING_SHOWN = 3;

/** What a person is told at the end; the first line is the result, the others what to know about it. */
export function summaryText(tally: ScoreTally, seconds: number, quiet: boolean): string {
  const lines = [...(quiet ? [] : resultLines(tally, seconds)), ...rejectionLines(tally.rejected, tally.rejections)];
  return lines.map((line) => `${line}\n`).join('');
}

function resultLines(tally: ScoreTally, seconds: number): string[] {
  const lines = [
    `${counted(tally.rows, 'row')} of ${counted(tally.sources.size, 'source')} in ${seconds.toFixed(1)} s: ${found(tally)}`,
  ];
  if (tally.metricsMax > 1)
    lines.push('a row is judged as a whole: an alarm of a single metric counts less for it the more metrics there are');
  if (tally.unmeasured > 0) lines.push(`${counted(tally.unmeasured, 'row')} without a value: not judged`);
  if (tally.passedOver > 0)
    lines.push(`${counted(tally.passedOver, 'row')} with a time seen before, or too late: not judged`);
  return [...lines, ...wideLines(tally), ...learningLines(tally)];
}

function found({ anomalies, episodes, metricsMax }: ScoreTally): string {
  const rows = counted(anomalies, 'anomalous row');
  if (metricsMax <= 1) return `${rows} in ${counted(episodes.ofMetrics, 'episode')}`;
  return `${rows}; ${counted(episodes.ofMetrics, 'episode')} of single metrics, ${episodes.ofRelations} of relations`;
}

function wideLines({ wide, metricsMax }: ScoreTally): string[] {
  if (wide.size === 0) return [];
  const { metricsMax: related } = RELATION_SETTINGS;
  const unwatched =
    metricsMax >= LIMITS.sourceMetricsMax ? `; beyond ${LIMITS.sourceMetricsMax} they are not judged` : '';
  return [
    `${counted(wide.size, 'source')} with more than ${related} metrics: relations are watched among the first ${related}, further ones one by one${unwatched}`,
  ];
}

function learningLines({ learning, judged }: ScoreTally): string[] {
  if (judged === 0 || learning.size === 0) return [];
  const shown = learning.words(LEARNING_SHOWN).map(plainText);
  const more = learning.size - shown.length;
  return [
    `still learning, without an alarm until then: ${shown.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}`,
  ];
}
