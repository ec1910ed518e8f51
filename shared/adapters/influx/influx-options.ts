import { serverAddress } from '../http-exchange';

/** Where an InfluxDB is and how it is spoken to. */
export interface InfluxTarget {
  /** Scheme, host, port and, behind a proxy, a path; without credentials. */
  readonly url: string;
  /** Which write API: 1 is `/write` of a database, 2 is `/api/v2/write` of a bucket. Reads always use `/query`. */
  readonly api: 1 | 2;
  /** Database of version 1; of version 2, the one that the bucket is mapped to (DBRP). */
  readonly database: string;
  /** Absent: the database's default. */
  readonly retentionPolicy?: string;
  /** Version 2 only. */
  readonly org?: string;
  readonly bucket?: string;
  readonly username?: string;
  readonly password?: string;
  /** Instead of user and password; always with version 2. */
  readonly token?: string;
}

const EXPECTED = 'http[s]://[user:password@]host[:port]/?db=NAME or http[s]://host[:port]/?org=NAME&bucket=NAME';

/**
 * A target from one address, as a variable holds it: `http://user:password@host:8086/?db=tidewatch[&rp=year]`, or with
 * version 2 `https://host:8086/?org=acme&bucket=points[&db=points]`, whose token comes apart from it.
 *
 * @throws {Error} that names the variable and holds nothing of its value, which may have a password in it
 */
export function influxTarget(variable: string, address: string, token?: string): InfluxTarget {
  const url = serverAddress(address);
  const query = url?.searchParams;
  const [database, rp, org, bucket] = ['db', 'rp', 'org', 'bucket'].map((name) => query?.get(name) || undefined);
  const isV2 = org !== undefined && bucket !== undefined;
  if (url === undefined || (!isV2 && database === undefined)) throw new Error(`${variable} must look like ${EXPECTED}`);
  if (isV2 && !token) throw new Error(`${variable} names a bucket; that needs a token`);
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    api: isV2 ? 2 : 1,
    database: database ?? bucket!,
    ...(rp === undefined ? {} : { retentionPolicy: rp }),
    ...(isV2 ? { org, bucket } : {}),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(token ? { token } : {}),
  };
}
