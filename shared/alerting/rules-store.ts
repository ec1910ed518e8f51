import { type Alerting, compileDocument } from './document/compile';
import { readDocument } from './document/read-document';
import type { AlertingDocument } from './document/schema';
import { AlertingFault } from './ports';
import { bodyOf, rulesKey, rulesVersionKey, type StoredRules } from './records';
import type { AlertStore } from './store-port';

export interface AppliedRules extends StoredRules {
  readonly document: AlertingDocument;
}

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
    throw new AlertingFault('alert store', 'other rules were applied at the same moment: look at them, then try again');
  return { version: rules.version, changed: true };
}

/**
 * The rules in force, read again after a while. Rules that cannot be read are not taken: those before them stay.
 *
 * @param fallback in force when none were applied
 * @param clock milliseconds that only grow
 */
export function alertingInForce(
  store: AlertStore,
  fallback: AlertingDocument,
  clock: () => number,
  maxAgeMs: number,
): () => Promise<Alerting> {
  let known: { readonly alerting: Alerting; readonly version: number } = {
    alerting: compileDocument(fallback),
    version: 0,
  };
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock() - readAt < maxAgeMs) return known.alerting;
    const [doc] = await store.load([rulesKey]);
    const rules = bodyOf<StoredRules>(doc);
    if (rules !== undefined && rules.version !== known.version)
      known = { alerting: compileDocument(readDocument(rules.text)), version: rules.version };
    readAt = clock();
    return known.alerting;
  };
}
