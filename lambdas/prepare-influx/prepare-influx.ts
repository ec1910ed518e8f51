import type { Secrets } from '../../shared/adapters/aws/secrets';
import { createInfluxToken, isInfluxTokenGood } from '../../shared/adapters/influx/influx-token';
import { withRetries } from '../../shared/adapters/with-retries';
import type { Properties } from './config';

export interface Services {
  readonly secrets: Secrets;
  readonly writeSecret: (id: string, text: string) => Promise<void>;
  /** For all calls of the store together: a new one takes a while to be found by its name. */
  readonly timeoutMs: number;
}

const ATTEMPT_MS = 10_000;

/**
 * Puts a token into its secret that reads and writes the bucket. One that is there and good stays, unless a new one is asked
 * for; the store goes on taking the one before, which functions hold until they start anew.
 */
export async function prepareInflux(
  { Url: url, Organization: organization, Bucket: bucket, LoginSecret, TokenSecret }: Properties,
  { secrets, writeSecret, timeoutMs }: Services,
  isNewAskedFor: boolean,
): Promise<'made' | 'kept'> {
  const target = { url, organization, bucket };
  const retries = { part: 'store', timeoutMs, attemptTimeoutMs: ATTEMPT_MS };
  if (!isNewAskedFor) {
    const known = await secrets(TokenSecret);
    if (await withRetries(retries, (attemptMs) => isInfluxTokenGood(target, known, attemptMs))) return 'kept';
  }
  const [username, password] = await Promise.all([
    secrets(`${LoginSecret}#username`),
    secrets(`${LoginSecret}#password`),
  ]);
  const token = await withRetries(retries, (attemptMs) => createInfluxToken(target, { username, password }, attemptMs));
  await writeSecret(TokenSecret, token);
  return 'made';
}
