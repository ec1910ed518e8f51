import type { Secrets } from '../../shared/adapters/aws/secrets';
import { keepInfluxRows } from '../../shared/adapters/influx/influx-retention';
import { createInfluxToken, isInfluxTokenGood } from '../../shared/adapters/influx/influx-token';
import { withRetries } from '../../shared/adapters/with-retries';
import type { Properties } from './config';

export interface Services {
  readonly secrets: Secrets;
  readonly writeSecret: (id: string, text: string) => Promise<void>;
  /** Until the store answers for the first time: a new one takes a while to be found by its name. */
  readonly timeoutMs: number;
}

const ATTEMPT_MS = 10_000;
/** Of that time, what each further question has: a store that has answered is there. */
const FURTHER_SHARE = 0.25;

/**
 * Tells the bucket how long it keeps rows, and puts a token into its secret that reads and writes it. A token that is there and
 * good stays, unless a new one is asked for; the store goes on taking the one before, which functions hold until they start anew.
 */
export async function prepareInflux(
  { Url: url, Organization: organization, Bucket: bucket, LoginSecret, TokenSecret, RetentionDays }: Properties,
  { secrets, writeSecret, timeoutMs }: Services,
  isNewAskedFor: boolean,
): Promise<'made' | 'kept'> {
  const target = { url, organization, bucket };
  const retries = { part: 'store', timeoutMs, attemptTimeoutMs: ATTEMPT_MS };
  const [username, password] = await Promise.all([
    secrets(`${LoginSecret}#username`),
    secrets(`${LoginSecret}#password`),
  ]);
  const login = { username, password };
  await withRetries(retries, (attemptMs) => keepInfluxRows(target, login, RetentionDays, attemptMs));
  const further = { ...retries, timeoutMs: FURTHER_SHARE * timeoutMs };
  if (!isNewAskedFor) {
    const known = await secrets(TokenSecret);
    if (await withRetries(further, (attemptMs) => isInfluxTokenGood(target, known, attemptMs))) return 'kept';
  }
  const token = await withRetries(further, (attemptMs) => createInfluxToken(target, login, attemptMs));
  await writeSecret(TokenSecret, token);
  return 'made';
}
