import type { KeptObject } from '../../../shared/adapters/quarantine-archive';
import { redrivenOf } from '../../../shared/runtime/redriven-record';
import { plainText } from '../../local/screen/plain-text';
import { UsageError } from '../exit-codes';
import type { SetAsidePlace } from './place';
import { type SelectedRecord, selectedRecords } from './select';

const BODY_CHARS_MAX = 4_000;

/** One object in quarantine, by the beginning of its id. @throws {UsageError} if none or several begin so */
export async function showLines(aside: SetAsidePlace, id: string, now: number): Promise<string[]> {
  const found: { record: SelectedRecord; kept: KeptObject }[] = [];
  for await (const record of selectedRecords(aside, { all: true }, now))
    for (const kept of record.objects) if (kept.object.id.startsWith(id)) found.push({ record, kept });
  const [first] = found;
  if (first === undefined) throw new UsageError(`nothing in quarantine begins with ${id}`);
  if (found.length > 1) throw new UsageError(`${found.length} begin with ${id}: write more of it`);
  const { kept, record } = first;
  const { body: _, attempt = 0, elements, ...fields } = kept.object;
  const source = record.sources.get(kept.object.index);
  const lines = Object.entries({
    ...fields,
    source,
    arrival: new Date(fields.arrival).toISOString(),
    attempt,
    elements: elements?.length,
  });
  const redriven = kept.redrivenAt === undefined ? [] : [`redriven   ${new Date(kept.redrivenAt).toISOString()}`];
  return [
    ...lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)} ${value}`])),
    ...redriven,
    '',
    ...bodyLines(record.body),
  ].map(plainText);
}

function bodyLines(body: Uint8Array | undefined): string[] {
  if (body === undefined) return ['its body was cut: the archive of points has the whole record'];
  const plain = Buffer.from(redrivenOf(body)?.body ?? body);
  const text = plain.toString('utf8');
  const isText = !text.includes('\ufffd');
  const shown = (isText ? text : plain.toString('base64')).slice(0, BODY_CHARS_MAX);
  const rest = (isText ? text.length : plain.length) - shown.length;
  return [isText ? 'body:' : 'body, base64:', ...shown.split('\n'), ...(rest > 0 ? [`… ${rest} more`] : [])];
}
