import { Again } from '../with-retries';

/** The endpoint understood the call and refuses it; the same call will be refused again. */
export class EndpointRefusal extends Error {
  override readonly name = 'EndpointRefusal';
  constructor(
    readonly endpoint: string,
    /** HTTP status, as far as there was one. */
    readonly status: number | undefined,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`endpoint ${endpoint} refuses${status === undefined ? '' : ` (${status})`}: ${reason}`, options);
  }
}

/** The parts of the SDK's and Node's errors that tell one from another. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** Of ModelError: what the container itself answered. */
  readonly OriginalStatusCode?: number;
}

const THROTTLING = /Throttl|TooManyRequests|ModelNotReady|LimitExceeded|RequestTimeout/;
/** Node's codes of a connection that failed; without a code, what the message says. */
const NOT_REACHED =
  /\bE(CONN\w+|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|ADDR\w+|MFILE|PROTO)\b|socket hang up/;
const TIMED_OUT = /^(TimeoutError|AbortError|RequestAbortedError)$/;
const MESSAGE_CHARS_MAX = 200;

/** Any error of a call as what to do next: throttled, broken, late or not reached is tried again, the rest is refused. */
export function classifiedFault(error: unknown, endpoint: string, timeoutMs: number): Error {
  const { name = '', code = '', message = '', OriginalStatusCode, $metadata } = error as SdkError;
  const status = OriginalStatusCode ?? $metadata?.httpStatusCode;
  const cause = { cause: error };
  if (TIMED_OUT.test(name)) {
    return new Again(`${endpoint} did not answer within ${timeoutMs} ms`, 0, cause);
  }
  const isBroken = status !== undefined && (status >= 500 || status === 429 || status === 408);
  if (isBroken || THROTTLING.test(name)) {
    return new Again(`${endpoint} answered ${status ?? ''} ${name}`.trim(), 0, cause);
  }
  const [connection] = NOT_REACHED.exec(`${code} ${message}`) ?? [];
  if (status === undefined && connection !== undefined) {
    return new Again(`${endpoint} was not reached: ${connection}`, 0, cause);
  }
  return new EndpointRefusal(endpoint, status, message.slice(0, MESSAGE_CHARS_MAX) || name, cause);
}
