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

/** A bucket as its server knows it, and headers by which the first user is known. */
export interface SignedIn {
  readonly headers: Readonly<Record<string, string>>;
  readonly bucket: {
    readonly id: string;
    readonly orgID: string;
    readonly retentionRules?: readonly { readonly everySeconds: number }[];
  };
}

/**
 * @throws {Again} if the server does not answer
 * @throws {Error} if it refuses, or has no such bucket; its message holds no secret
 */
export async function signIn(
  { url, organization, bucket }: InfluxBucket,
  { username, password }: InfluxLogin,
  timeoutMs: number,
): Promise<SignedIn> {
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
  const { buckets } = jsonOf(found) as { buckets?: readonly SignedIn['bucket'][] };
  const [one] = buckets ?? [];
  if (one === undefined) throw new Error(`store: InfluxDB has no bucket ${bucket} of ${organization}`);
  return { headers, bucket: one };
}

export interface Answer {
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
}

/** @throws {Again} if the server does not answer, or with a fault of its own */
export async function asked(url: string, path: string, init: RequestInit, timeoutMs: number): Promise<Answer> {
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

/** @throws {Error} if it refuses */
export function jsonOf({ path, status, text }: Answer): object {
  if (status >= 300) throw refused(path.split('?', 1)[0]!, status);
  return JSON.parse(text) as object;
}

function refused(what: string, status: number): Error {
  return new Error(`store: InfluxDB refuses ${what} (${status})`);
}
