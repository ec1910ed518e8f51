import { plainText } from '../../local/screen/plain-text';
import { table } from '../../local/screen/table';
import type { SetAsidePlace } from './place';
import { type SelectFlags, selectedBatches, selectedRecords } from './select';

/** Single objects that are shown; all are counted. */
const SHOWN_MAX = 30;

export interface ListFlags extends SelectFlags {
  readonly json?: boolean;
}

/** What was set aside: how much of what, and the latest of it. */
export async function listLines(aside: SetAsidePlace, flags: ListFlags, now: number): Promise<string[]> {
  const counts = new Map<string, number>();
  const latest: string[][] = [];
  const json: string[] = [];
  for await (const { objects, sources } of selectedRecords(aside, flags, now)) {
    for (const { object, redrivenAt } of objects) {
      const { id, reason, field = '', arrival, attempt = 0, message, index } = object;
      const source = sources.get(index) ?? '';
      if (flags.json) json.push(JSON.stringify({ ...object, body: undefined, source, redrivenAt }));
      const kind = JSON.stringify([reason, field, attempt]);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      latest.push([id.slice(0, 12), moment(arrival), source, message, redrivenAt === undefined ? '' : 'redriven']);
      if (latest.length > SHOWN_MAX) latest.shift();
    }
  }
  const batches: string[][] = [];
  for await (const { name, at, condition, records } of selectedBatches(aside, flags, now)) {
    const redriven = records.filter(({ redrivenAt }) => redrivenAt !== undefined).length;
    if (flags.json) json.push(JSON.stringify({ name, at, condition, records: records.length, redriven }));
    batches.push([moment(at), condition, String(records.length), redriven === 0 ? '' : `${redriven} redriven`, name]);
  }
  if (flags.json) return json;
  return [...objectLines(counts, latest), '', ...batchLines(batches, flags)].map(plainText);
}

function objectLines(counts: ReadonlyMap<string, number>, latest: readonly string[][]): string[] {
  if (counts.size === 0) return ['nothing is in quarantine'];
  const rows = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => {
      const [reason, field, attempt] = JSON.parse(kind) as [string, string, number];
      return [count.toLocaleString('en-US'), reason, field, attempt === 0 ? '' : `after ${attempt} times`];
    });
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [
    ...table(
      [{ title: 'how many', side: 'right' }, { title: 'reason' }, { title: 'field' }, { title: 'redriven' }],
      rows,
    ),
    '',
    latest.length < total ? `the latest ${latest.length} of ${total.toLocaleString('en-US')}:` : 'each of them:',
    ...table([{ title: 'id' }, { title: 'arrived' }, { title: 'source' }, { title: 'why' }, { title: '' }], latest),
  ];
}

function batchLines(batches: readonly string[][], { reason, field }: ListFlags): string[] {
  if (reason !== undefined || field !== undefined) return [];
  if (batches.length === 0) return ['no batches were given up'];
  const columns = [
    { title: 'given up' },
    { title: 'why' },
    { title: 'records', side: 'right' as const },
    { title: '' },
  ];
  return ['batches that were given up:', ...table([...columns, { title: 'name' }], batches, 240)];
}

function moment(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString().slice(0, 19).replace('T', ' ');
}
