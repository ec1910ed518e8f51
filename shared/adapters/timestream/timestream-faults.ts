import { Again } from '../with-retries';

/** The service understood the call and refuses it: no such table, no permission, a request that is not valid. */
export class TimestreamRefusal extends Error {
  override readonly name = 'TimestreamRefusal';
  constructor(
    /** The service's own name for it, as ResourceNotFoundException. */
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`store: Timestream refuses (${reason}): ${message}`, options);
  }
}

const THROTTLING = /Throttl|TooManyRequests|RequestTimeout|LimitExceeded/;
const NOT_REACHED = /\bE(CONN\w+|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|PROTO)\b|socket hang up/;
const TIMED_OUT = /^(TimeoutError|AbortError|RequestAbortedError)$/;
const MESSAGE_CHARS_MAX = 300;

/** Any error of a call: {@link Again} where trying again may help, else {@link TimestreamRefusal}. */
export function classifiedFault(error: unknown, timeoutMs: number): Error {
  const {
    name = '',
    code = '',
    message = '',
    $metadata,
  } = error as { name?: string; code?: string; message?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const cause = { cause: error };
  if (TIMED_OUT.test(name)) return new Again(`Timestream did not answer within ${Math.round(timeoutMs)} ms`, 0, cause);
  if (THROTTLING.test(name) || status === 429 || (status !== undefined && status >= 500)) {
    return new Again(`Timestream answered ${status ?? ''} ${name}`.trim(), 0, cause);
  }
  const [connection] = NOT_REACHED.exec(`${code} ${message}`) ?? [];
  if (connection !== undefined) return new Again(`Timestream was not reached: ${connection}`, 0, cause);
  return new TimestreamRefusal(name || 'Error', message.slice(0, MESSAGE_CHARS_MAX), cause);
}
