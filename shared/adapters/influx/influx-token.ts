import { asked, type InfluxBucket, type InfluxLogin, jsonOf, signIn } from './influx-administration';

const DESCRIPTION = 'Tidewatch: functions that read and write points';

/** Does the server accept this token for the bucket? @throws {Again} if it does not say */
export async function isInfluxTokenGood({ url, bucket }: InfluxBucket, token: string, timeoutMs: number) {
  const path = `/api/v2/buckets?${new URLSearchParams({ name: bucket })}`;
  const answer = await asked(url, path, { headers: { authorization: `Token ${token}` } }, timeoutMs);
  if (answer.status === 401 || answer.status === 403) return false;
  const { buckets } = jsonOf(answer) as { buckets?: readonly unknown[] };
  return (buckets ?? []).length > 0;
}

/**
 * Makes a token that reads and writes one bucket and does nothing else.
 *
 * @throws {Again} if the server does not answer
 * @throws {Error} if it refuses; its message holds no secret
 */
export async function createInfluxToken(at: InfluxBucket, login: InfluxLogin, timeoutMs: number): Promise<string> {
  const { headers, bucket } = await signIn(at, login, timeoutMs);
  const resource = { type: 'buckets', id: bucket.id, orgID: bucket.orgID };
  const body = JSON.stringify({
    orgID: bucket.orgID,
    description: DESCRIPTION,
    permissions: ['read', 'write'].map((action) => ({ action, resource })),
  });
  const made = await asked(at.url, '/api/v2/authorizations', { method: 'POST', headers, body }, timeoutMs);
  const { token } = jsonOf(made) as { token?: unknown };
  if (typeof token !== 'string' || token === '') throw new Error('store: InfluxDB made a token without a text');
  return token;
}
