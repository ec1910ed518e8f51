import { type AlertMatch, AlertMatchSchema, type Subject } from '../../../shared/alerting/document/match';
import { ANOMALY_KINDS, type AnomalyKind, SEVERITIES, type Severity } from '../../../shared/domain/anomaly-event';
import { UsageError } from '../exit-codes';

const NUMBERS = new Set(['minScore', 'score', 'value', 'expected']);

/** `source=pump-* tags.site=berlin` to what a silence mutes. */
export function matchOf(conditions: readonly string[]): AlertMatch {
  const parsed = AlertMatchSchema.safeParse(fieldsOf(conditions));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new UsageError(`${path.join('.') || 'conditions'}: ${message}`);
}

/** `source=pump-17 severity=high` to an alert that might be; what is not said is ordinary. */
export function subjectOf(conditions: readonly string[]): Subject {
  const { tags, ...fields } = fieldsOf(conditions);
  const known = ['source', 'metric', 'kind', 'severity', 'score', 'value', 'expected', 'owner'];
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`"${unknown}" is nothing that an alert has: write ${known.join(', ')} or tags.NAME`);
  const severity = oneOf('severity', fields['severity'] ?? 'high', SEVERITIES) as Severity;
  const kind = oneOf('kind', fields['kind'] ?? 'value', ANOMALY_KINDS) as AnomalyKind;
  return {
    source: 'source-1',
    metric: kind === 'silence' ? undefined : 'metric-1',
    score: SCORE_OF[severity],
    ...fields,
    tags: tags ?? {},
    severity,
    kind,
  } as Subject;
}

const SCORE_OF: Readonly<Record<Severity, number>> = { low: 0.5, medium: 0.6, high: 0.7, critical: 0.85 };

interface Fields {
  readonly tags?: Readonly<Record<string, string>>;
  readonly [name: string]: unknown;
}

function fieldsOf(conditions: readonly string[]): Fields {
  const fields: Record<string, unknown> = {};
  const tags: Record<string, string> = {};
  for (const condition of conditions) {
    const at = condition.indexOf('=');
    if (at <= 0) throw new UsageError(`"${condition}" is no condition: write name=value, as source=pump-17`);
    const [name, text] = [condition.slice(0, at), condition.slice(at + 1)];
    if (name.startsWith('tags.')) tags[name.slice('tags.'.length)] = text;
    else
      fields[name] = NUMBERS.has(name)
        ? aNumber(name, text)
        : name === 'minDeviation' && !text.endsWith('%')
          ? aNumber(name, text)
          : text;
  }
  return { ...fields, ...(Object.keys(tags).length > 0 ? { tags } : {}) };
}

function aNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`${name}: "${text}" is no number`);
  return value;
}

function oneOf(name: string, value: unknown, known: readonly string[]): string {
  if (known.includes(String(value))) return String(value);
  throw new UsageError(`${name}: "${String(value)}" is none of ${known.join(', ')}`);
}
