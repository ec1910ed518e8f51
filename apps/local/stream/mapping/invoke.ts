import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { toContext } from './event';
import type { Timing } from './timing';
import type { Verdict } from './verdict';

/** A Lambda function for Kinesis events. */
export type StreamHandler = (
  event: KinesisStreamEvent,
  context: Context,
  // biome-ignore lint/suspicious/noConfusingVoidType: handlers that return nothing are typed so
) => Promise<KinesisStreamBatchResponse | void>;

export type Answer =
  | { readonly kind: 'answered'; readonly response: unknown }
  | (Verdict & { readonly kind: 'failure'; readonly error: unknown });

/**
 * One call of the handler; never rejects. A handler beyond its time counts as failed at once. It cannot be killed as on Lambda, so it may
 * still be at work when the records are delivered again.
 */
export async function invoke(
  handler: StreamHandler,
  event: KinesisStreamEvent,
  call: { readonly functionName: string; readonly requestId: string; readonly timeoutMs: number },
  timing: Timing,
): Promise<Answer> {
  const deadline = timing.now() + call.timeoutMs;
  const context = toContext(call.functionName, call.requestId, () => deadline - timing.now());
  const finished = new AbortController();
  const timedOut = timing
    .sleep(call.timeoutMs, finished.signal)
    .then((): Answer => failed(new Error(`the handler did not answer within ${call.timeoutMs} ms`)));
  try {
    return await Promise.race([answerOf(handler, event, context), timedOut]);
  } finally {
    finished.abort();
  }
}

async function answerOf(handler: StreamHandler, event: KinesisStreamEvent, context: Context): Promise<Answer> {
  try {
    return { kind: 'answered', response: await handler(event, context) };
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Answer {
  return {
    kind: 'failure',
    reason: error instanceof Error ? error.message.slice(0, 300) : 'the handler failed',
    error,
  };
}
