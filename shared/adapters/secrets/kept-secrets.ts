import { type Secret, SecretMissing, type Secrets } from '../../alerting/channel-ports';
import { sealed } from '../../alerting/sealed';

/** Fetches one secret; undefined if there is none. Rejects when that cannot be said. */
export type FetchSecret = (name: string) => Promise<string | undefined>;

export interface KeptSecretsOptions {
  /** Milliseconds of any steady clock. */
  readonly now: () => number;
  /** How long a secret is kept; 5 minutes if absent: a changed one is used after so long at the latest. */
  readonly keepMs?: number;
}

const KEEP_MS = 5 * 60_000;

/** Secrets kept for a while. Calls at once for the same name share one fetch; a failed one is not kept. */
export function keptSecrets(fetch: FetchSecret, { now, keepMs = KEEP_MS }: KeptSecretsOptions): Secrets {
  const kept = new Map<string, { readonly until: number; readonly secret: Promise<Secret> }>();
  return {
    get(name) {
      const known = kept.get(name);
      if (known !== undefined && now() < known.until) return known.secret;
      const secret = fetch(name).then((text) => {
        if (text === undefined || text.trim() === '') throw new SecretMissing(name);
        return sealed(text);
      });
      const entry = { until: now() + keepMs, secret };
      kept.set(name, entry);
      secret.catch(() => {
        if (kept.get(name) === entry) kept.delete(name);
      });
      return secret;
    },
    forget(name) {
      kept.delete(name);
    },
  };
}
