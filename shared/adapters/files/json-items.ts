import { isRejection, toDataPoint } from '../../domain/data-point';
import { LIMITS } from '../../domain/limits';
import type { JsonText } from './json-texts';
import type { LineBatch } from './lines';
import { excerpt, type ReadItem } from './read-item';

/** Lines of NDJSON to the texts in them; empty lines are none. */
export function ndjsonTexts(batch: LineBatch): JsonText[] {
  const texts: JsonText[] = [];
  batch.lines.forEach((text, index) => {
    const line = batch.first + index;
    if (batch.oversized.has(line)) {
      const message = `the line has more than ${LIMITS.recordBytesMax} bytes`;
      texts.push({ line, text: '', problem: { reason: 'too-large', message } });
    } else if (text.trim() !== '') texts.push({ line, text });
  });
  return texts;
}

/** One JSON text to a data point in the wire format. */
export function jsonItem({ line, text, problem }: JsonText): ReadItem {
  if (problem) return { kind: 'rejected', line, ...problem };
  if (text.includes('\0')) return { kind: 'rejected', line, reason: 'not-text', message: 'it holds binary data' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'rejected', line, reason: 'not-json', message: `not JSON: ${excerpt(text)}` };
  }
  const result = toDataPoint(value, line - 1);
  if (!isRejection(result)) return { kind: 'point', line, point: result };
  const { reason, field, message } = result;
  return { kind: 'rejected', line, reason, ...(field === undefined ? {} : { field }), message };
}
