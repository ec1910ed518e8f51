import http from 'node:http';
import https from 'node:https';
import { CallFailed, CallRefused } from './call-faults';
import { guardedLookup, isRefusedLiteral, type Resolve, resolveInDns } from './guarded-lookup';

export interface GuardedRequest {
  readonly url: string;
  readonly method: 'POST' | 'GET';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** For everything: name, connection, TLS, sending, the whole answer. */
  readonly timeoutMs: number;
}

export interface GuardedAnswer {
  readonly status: number;
  /** Names in lower case; repeated ones joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most `answerBytesMax` of it, decoded as UTF-8. */
  readonly body: string;
}

export interface CallRules {
  /**
   * `host:port` or host (any port) that may be private and may be called without TLS: the environment names them. Everything
   * else is called by HTTPS and at public addresses alone.
   */
  readonly allowedHosts: readonly string[];
  /** Of an answer; what follows is not read. 64 KiB if absent. */
  readonly answerBytesMax?: number;
  readonly resolve?: Resolve;
  /** Certificate authorities besides the usual ones, PEM; for tests and private allowed hosts. */
  readonly ca?: string;
}

/** One HTTP call to an address that a user wrote down. */
export type GuardedCall = (request: GuardedRequest) => Promise<GuardedAnswer>;

/**
 * Calls an address of which nothing is trusted: no redirects, a limit of time for the whole exchange and of bytes for the answer,
 * no connection kept, certificates checked, and no way to what is private (see {@link CallRules}).
 *
 * The call it gives rejects with {@link CallRefused} for an address that is never called and with {@link CallFailed} when no
 * answer came.
 */
export function openGuardedCall(rules: CallRules): GuardedCall {
  return async (request) => {
    const url = parsed(request.url);
    const isAllowed = isAllowedHost(url, rules.allowedHosts);
    if (!isAllowed) refuseUnsafe(url);
    return exchange(url, request, rules, isAllowed);
  };
}

function parsed(text: string): URL {
  if (!URL.canParse(text)) throw new CallRefused('the address is no URL');
  return new URL(text);
}

function isAllowedHost({ hostname, port, protocol }: URL, allowed: readonly string[]): boolean {
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const portOf = port || (protocol === 'https:' ? '443' : '80');
  return allowed.some((name) => name === hostname || name === `${hostname}:${portOf}`);
}

function refuseUnsafe({ protocol, hostname, username, password }: URL): void {
  if (protocol !== 'https:') throw new CallRefused(`${hostname} is called by HTTPS only`);
  if (username !== '' || password !== '') throw new CallRefused(`${hostname}: a URL holds no user and password`);
  if (isRefusedLiteral(hostname)) throw new CallRefused(`${hostname} is not a public address`);
}

const ANSWER_BYTES_MAX = 65_536;

function exchange(url: URL, request: GuardedRequest, rules: CallRules, isAllowed: boolean): Promise<GuardedAnswer> {
  const { method, headers, body, timeoutMs } = request;
  const { hostname } = url;
  return new Promise((resolve, reject) => {
    let isConnected = false;
    let isAnswered = false;
    const call = (url.protocol === 'https:' ? https : http).request(url, {
      method,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: false,
      signal: AbortSignal.timeout(Math.max(1, timeoutMs)),
      ...(rules.ca === undefined ? {} : { ca: rules.ca }),
      ...(isAllowed ? {} : { lookup: guardedLookup(rules.resolve ?? resolveInDns) }),
    });
    call.once('socket', (socket) =>
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        isConnected = true;
      }),
    );
    call.once('response', (response) => {
      isAnswered = true;
      readBounded(response, rules.answerBytesMax ?? ANSWER_BYTES_MAX).then(
        (text) => {
          resolve({ status: response.statusCode ?? 0, headers: joined(response.headers), body: text });
          call.destroy();
        },
        (error: unknown) => reject(faultOf(error, hostname, timeoutMs, true)),
      );
    });
    call.once('error', (error) => reject(faultOf(error, hostname, timeoutMs, isConnected)));
    // As after `101 Switching Protocols`, which ends a call without an answer and without an error.
    call.once('close', () => {
      if (!isAnswered) reject(new CallFailed(`${hostname} closed the connection without an answer`, !isConnected));
    });
    // A later error of a call that was given up is nobody's.
    call.on('error', () => undefined);
    call.end(body);
  });
}

async function readBounded(response: http.IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax).toString('utf8');
}

function joined(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}

function faultOf(error: unknown, hostname: string, timeoutMs: number, isConnected: boolean): Error {
  if (error instanceof CallRefused) return error;
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError')
    return new CallFailed(`${hostname} did not answer within ${Math.round(timeoutMs)} ms`, !isConnected);
  return new CallFailed(`${hostname} could not be reached${code === undefined ? '' : ` (${code})`}`, !isConnected);
}
