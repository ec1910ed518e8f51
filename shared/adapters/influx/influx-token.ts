import { Again } from '../with-retries';

export interface InfluxBucket {
  /** Of an InfluxDB 2; without path and credentials. */
  readonly url: string;
  readonly organization: string;
  readonly bucket: string;
}

export interface InfluxLogin {
  readonly username: string;
  readonly password: string;
}

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
export async function createInfluxToken(
  { url, organization, bucket }: InfluxBucket,
  { username, password }: InfluxLogin,
  timeoutMs: number,
): Promise<string> {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const session = await asked(
    url,
    '/api/v2/signin',
    { method: 'POST', headers: { authorization: `Basic ${basic}` } },
    timeoutMs,
  );
  if (session.status >= 300) throw refused('the login', session.status);
  const headers = { cookie: session.cookie, 'content-type': 'application/json' };
  const found = await asked(
    url,
    `/api/v2/buckets?${new URLSearchParams({ name: bucket, org: organization })}`,
    { headers },
    timeoutMs,
  );
  const { buckets } = jsonOf(found) as { buckets?: readonly { readonly id: string; readonly orgID: string }[] };
  const [one] = buckets ?? [];
  if (one === undefined) throw new Error(`store: InfluxDB has no bucket ${bucket} of ${organization}`);
  const resource = { type: 'buckets', id: one.id, orgID: one.orgID };
  const body = JSON.stringify({
    orgID: one.orgID,
    description: DESCRIPTION,
    permissions: ['read', 'write'].map((action) => ({ action, resource })),
  });
  const made = await asked(url, '/api/v2/authorizations', { method: 'POST', headers, body }, timeoutMs);
  const { token } = jsonOf(made) as { token?: unknown };
  if (typeof token !== 'string' || token === '') throw new Error('store: InfluxDB made a token without a text');
  return token;
}

interface Answer {
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
}

async function asked(url: string, path: string, init: RequestInit, timeoutMs: number): Promise<Answer> {
  try {
    const response = await fetch(new URL(path, url), { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const cookie = response.headers
      .getSetCookie()
      .map((one) => one.split(';', 1)[0])
      .join('; ');
    const text = await response.text();
    if (response.status >= 500) throw new Again(`InfluxDB answered ${response.status} to ${path}`);
    return { path, status: response.status, text, cookie };
  } catch (error) {
    if (error instanceof Again) throw error;
    throw new Again(`InfluxDB was not reached: ${(error as Error).name}`, 0, { cause: error });
  }
}

function jsonOf({ path, status, text }: Answer): object {
  if (status >= 300) throw refused(path.split('?', 1)[0]!, status);
  return JSON.parse(text) as object;
}

function refused(what: string, status: number): Error {
  return new Error(`store: InfluxDB refuses ${what} (${status})`);
}
