import { Again } from '../with-retries';

/** A service understood the call and refuses it; the same call will be refused again. */
export class AwsRefusal extends Error {
  override readonly name = 'AwsRefusal';
  constructor(
    /** The service's own name for it, as AccessDenied. */
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The parts of the SDK's and Node's errors that tell one from another. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const THROTTLING =
  /Throttl|TooManyRequests|SlowDown|LimitExceeded|RequestTimeout|Unavailable|InternalError|InternalFailure/;
/** Node's codes of a connection that failed; without a code, what the message says. */
const NOT_REACHED =
  /\bE(CONN\w+|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|ADDR\w+|MFILE|PROTO)\b|socket hang up/;
const TIMED_OUT = /^(TimeoutError|AbortError|RequestAbortedError)$/;
const MESSAGE_CHARS_MAX = 200;

/**
 * Any error of a call: {@link Again} where trying again may help (throttled, broken, late, not reached), else
 * {@link AwsRefusal}.
 *
 * @param what was called, for people, as "topic anomalies"
 */
export function awsFault(error: unknown, what: string, timeoutMs: number): Again | AwsRefusal {
  const { name = '', code = '', message = '', $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  const cause = { cause: error };
  if (TIMED_OUT.test(name)) return new Again(`${what} did not answer within ${Math.round(timeoutMs)} ms`, 0, cause);
  const isBroken = status !== undefined && (status >= 500 || status === 429 || status === 408);
  if (isBroken || isThrottling(name)) return new Again(`${what} answered ${status ?? ''} ${name}`.trim(), 0, cause);
  const [connection] = NOT_REACHED.exec(`${code} ${message}`) ?? [];
  if (connection !== undefined) return new Again(`${what} was not reached: ${connection}`, 0, cause);
  return new AwsRefusal(name || 'Error', `${what} refuses (${name}): ${message.slice(0, MESSAGE_CHARS_MAX)}`, cause);
}

/** Does this name of a fault say that a later call may succeed? */
export function isThrottling(name: string): boolean {
  return THROTTLING.test(name);
}
