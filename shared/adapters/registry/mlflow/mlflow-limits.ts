import { cutTo } from '../../../alerting/words/one-line';

// What every MLflow server from 2.9 on takes, whatever its store. What is cut here is whole in record.json.

export interface Entry {
  readonly key: string;
  readonly value: string;
}

const KEY_CHARS_MAX = 250;
export const PARAM_CHARS_MAX = 6_000;
/** Of a description too. */
export const TAG_CHARS_MAX = 5_000;
/** @see MLflow's REST API, "Log Batch": so many of a kind a request */
const BATCH = { params: 100, tags: 100, metrics: 1_000 } as const;
/** Of a dataset. */
export const DIGEST_CHARS_MAX = 36;

/** Parameters or tags, as MLflow takes them. Of keys that become the same one, the first stays. */
export function entriesOf(values: Readonly<Record<string, string | number>>, charsMax: number): readonly Entry[] {
  return uniqueKeys(Object.entries(values)).map(([key, value]) => ({ key, value: cutTo(String(value), charsMax) }));
}

export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

/** @param timestamp epoch milliseconds; the same again is no second measure */
export function metricsOf(values: Readonly<Record<string, number>>, timestamp: number): readonly Metric[] {
  return uniqueKeys(Object.entries(values)).map(([key, value]) => ({ key, value, timestamp, step: 0 }));
}

export interface Batch {
  readonly params?: readonly Entry[];
  readonly tags?: readonly Entry[];
  readonly metrics?: readonly Metric[];
}

/** As many requests as it takes; each holds one kind. */
export function batchesOf(all: Required<Batch>): readonly Batch[] {
  return (['params', 'metrics', 'tags'] as const).flatMap((kind) => {
    const parts: Batch[] = [];
    for (let from = 0; from < all[kind].length; from += BATCH[kind])
      parts.push({ [kind]: all[kind].slice(from, from + BATCH[kind]) });
    return parts;
  });
}

function uniqueKeys<Value>(values: readonly (readonly [string, Value])[]): readonly (readonly [string, Value])[] {
  const seen = new Map<string, Value>();
  for (const [name, value] of values) {
    const key = keyOf(name);
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen];
}

/** Keys hold letters, digits and `_ . - : /` and spaces, and are paths that lead to themselves. */
function keyOf(name: string): string {
  const plain = cutTo(name, KEY_CHARS_MAX).replace(/[^\p{L}\p{N}_.\- ]/gu, '_');
  return /^\.{0,2}$/.test(plain) ? `_${plain}` : plain;
}
