/** Why a record was not put. */
export type PutFaultReason =
  /** The record itself cannot be put: too large, or no partition key that Kinesis takes. */
  | 'invalid'
  /** Kinesis says no and will say it again: no such stream, no permission, a key of KMS that is off. */
  | 'refused'
  /** Throttled, broken, late or not reached until the time was used up. It may be on the stream nevertheless. */
  | 'gave-up'
  /** An earlier record of the same partition key was given up: putting this one would reverse their order. */
  | 'held-back';

export class PutFault extends Error {
  override readonly name = 'PutFault';
  constructor(
    readonly reason: PutFaultReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What one attempt met with. */
export interface AttemptFault {
  readonly isTransient: boolean;
  /** A sentence for people; never holds data or credentials. */
  readonly message: string;
  readonly cause?: unknown;
}

/** The parts of the SDK's and Node's errors that tell one from another. */
interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const TRANSIENT_CODE =
  /Throttl|ThroughputExceeded|LimitExceeded|TooManyRequests|InternalFailure|InternalServer|Unavailable|ResourceInUse|RequestTimeout/;
const TIMED_OUT = /^(TimeoutError|AbortError|RequestAbortedError)$/;
/** Node's codes of a connection that failed; without a code, what the message says. */
const NOT_REACHED =
  /\bE(CONN\w+|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|ADDR\w+|MFILE|PROTO)\b|socket hang up/;
const MESSAGE_CHARS_MAX = 200;

/** A call that failed as a whole. */
export function callFault(error: unknown, stream: string, timeoutMs: number): AttemptFault {
  const { name = '', code = '', message = '', $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  if (TIMED_OUT.test(name))
    return { isTransient: true, message: `stream ${stream} did not answer within ${timeoutMs} ms`, cause: error };
  const [connection] = status === undefined ? (NOT_REACHED.exec(`${code} ${message}`) ?? []) : [];
  if (connection !== undefined)
    return { isTransient: true, message: `stream ${stream} was not reached: ${connection}`, cause: error };
  const isBroken = status !== undefined && (status >= 500 || status === 429 || status === 408);
  return {
    isTransient: isBroken || TRANSIENT_CODE.test(name),
    message: [`stream ${stream}`, name === 'Error' ? '' : name, message.slice(0, MESSAGE_CHARS_MAX)]
      .filter(Boolean)
      .join(': '),
    cause: error,
  };
}

/** One record that Kinesis did not take while it took others. */
export function entryFault(code: string, message: string | undefined, stream: string): AttemptFault {
  return {
    isTransient: TRANSIENT_CODE.test(code),
    message: `stream ${stream}: ${code}${message === undefined ? '' : `: ${message.slice(0, MESSAGE_CHARS_MAX)}`}`,
  };
}
