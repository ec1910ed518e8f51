/** Errors of the language itself quote what they met: a JSON text, a name, a value. */
const QUOTING = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError']);
const CHARS_MAX = 500;
const FRAMES_MAX = 6;

/**
 * What a log may hold of an error. Errors with a name of their own come from adapters and SDKs, which keep data and secrets out
 * of their messages; an error of the language is a defect, whose message may quote the data: the place says enough.
 */
export function faultFields(error: unknown): Readonly<Record<string, unknown>> {
  const { name, message, stack } = isErrorLike(error) ? error : UNKNOWN;
  if (!QUOTING.has(name)) return { name, message: message.slice(0, CHARS_MAX) };
  return { name, at: framesOf(stack) };
}

const UNKNOWN = { name: 'unknown', message: 'not an error', stack: undefined };

/** Lines below the message, which may have several lines itself. */
function framesOf(stack: string | undefined): readonly string[] {
  return (stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line))
    .slice(0, FRAMES_MAX);
}

/** Errors of another realm are no instances of this one's Error. */
function isErrorLike(error: unknown): error is { name: string; message: string; stack?: string } {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return typeof name === 'string' && typeof message === 'string';
}
