import { TransientFault } from '../domain/transient-fault';
import { type Alerting, compileDocument } from './document/compile';
import { readDocument } from './document/read-document';
import { type AlertingDocument, AlertingDocumentSchema } from './document/schema';
import { bodyOf, rulesKey, rulesVersionKey, type StoredRules } from './records';
import type { AlertStore } from './store-port';

export interface AppliedRules extends StoredRules {
  readonly document: AlertingDocument;
}

const NO_RULES = AlertingDocumentSchema.parse({ version: 1, receivers: [], rules: [], route: { receivers: [] } });

/** The rules in force; undefined when none were ever applied. */
export async function currentRules(store: AlertStore): Promise<AppliedRules | undefined> {
  const [doc] = await store.load([rulesKey]);
  const rules = bodyOf<StoredRules>(doc);
  return rules && { ...rules, document: readDocument(rules.text, `rules, version ${rules.version}`) };
}

/**
 * Puts a text in force as the next version; every version is kept. The same text again is no new version.
 *
 * @throws {DocumentError} if it is no alerting document; nothing changes then
 */
export async function applyRules(
  store: AlertStore,
  text: string,
  by: string,
  now: number,
): Promise<{ readonly version: number; readonly changed: boolean }> {
  readDocument(text);
  const [doc] = await store.load([rulesKey]);
  const before = bodyOf<StoredRules>(doc);
  if (before?.text === text) return { version: before.version, changed: false };
  const rules: StoredRules = { version: (before?.version ?? 0) + 1, text, by, appliedAt: now };
  const done = await store.commit([
    { ...rulesKey, expected: doc?.revision, body: rules },
    { ...rulesVersionKey(rules.version), expected: undefined, body: rules },
  ]);
  if (!done)
    throw new TransientFault(
      'alert store',
      'other rules were applied at the same moment: look at them, then try again',
    );
  return { version: rules.version, changed: true };
}

export interface InForceOptions {
  /** In force when none were applied; absent: no rules, so no alerts. */
  readonly fallback?: AlertingDocument;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  readonly maxAgeMs: number;
  readonly onProblem: (what: string, error: unknown) => void;
}

/**
 * The rules in force, read again after a while. When they cannot be read, or are of a form that this program does not know, those
 * that were read before stay; rejects when there are none.
 */
export function alertingInForce(
  store: AlertStore,
  { fallback = NO_RULES, clock, maxAgeMs, onProblem }: InForceOptions,
): () => Promise<Alerting> {
  let known: { readonly alerting: Alerting; readonly version: number } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  const read = async () => {
    const [doc] = await store.load([rulesKey]);
    const { version = 0, text } = bodyOf<StoredRules>(doc) ?? {};
    if (known?.version === version) return known;
    return { alerting: compileDocument(text === undefined ? fallback : readDocument(text)), version };
  };
  return async () => {
    if (known !== undefined && clock() - readAt < maxAgeMs) return known.alerting;
    try {
      known = await read();
    } catch (error) {
      if (known === undefined) throw error;
      onProblem('rules', error);
    }
    readAt = clock();
    return known.alerting;
  };
}
