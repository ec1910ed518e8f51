/** Where a Redis or Valkey server is, and who asks. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  /** Present when the connection is encrypted. */
  readonly tls?: { readonly servername?: string; readonly ca?: string };
}

/**
 * Parts of `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS.
 * @param ca certificates in PEM to trust instead of the well-known ones
 * @throws {Error} if the URL is none of Redis; it never stands in the message, since it may hold a password
 */
export function redisAddress(text: string, ca?: string): RedisAddress {
  try {
    const { protocol, hostname, port, username, password, pathname } = new URL(text);
    const database = /^\/?(\d*)$/.exec(pathname)?.[1];
    if (/^rediss?:$/.test(protocol) && hostname !== '' && database !== undefined) {
      const host = hostname.replace(/^\[|\]$/g, '');
      return {
        host,
        port: Number(port || 6_379),
        db: Number(database),
        ...(username === '' ? {} : { username: decodeURIComponent(username) }),
        ...(password === '' ? {} : { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' ? { tls: tlsOf(host, ca) } : {}),
      };
    }
  } catch {
    // The error of `new URL` holds the text, and so the password.
  }
  throw new Error('the address of Redis must look like redis://[user:password@]host[:port][/database]');
}

/** What an error says, without the password. */
export function withoutSecret(error: unknown, secret: string | undefined): string {
  const text = isErrorLike(error) ? error.message : String(error);
  const named = text === '' ? String((error as { code?: unknown }).code ?? 'unknown error') : text;
  return secret === undefined || secret === '' ? named : named.replaceAll(secret, '***');
}

/** TLS knows no server by its IP address. */
function tlsOf(host: string, ca: string | undefined): NonNullable<RedisAddress['tls']> {
  const isIp = /^[\d.]+$|:/.test(host);
  return { ...(isIp ? {} : { servername: host }), ...(ca === undefined ? {} : { ca }) };
}

/** Errors of another realm, as in tests, are no instances of this one's Error. */
function isErrorLike(error: unknown): error is { message: string } {
  return typeof (error as { message?: unknown } | null)?.message === 'string';
}
