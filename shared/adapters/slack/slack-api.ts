import { z } from 'zod';
import type { Secret } from '../../alerting/channel-ports';
import { retryAfterMs } from '../../alerting/retry-delay';
import { CallFailed } from '../https/call-faults';
import type { GuardedAnswer, GuardedCall } from '../https/guarded-call';

export interface SlackApiOptions {
  readonly call: GuardedCall;
  /** Without a slash at its end; Slack's own if absent. */
  readonly baseUrl?: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Slack's answer to one call of a method. */
export type SlackAnswer =
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      /** Slack's word for it, as `channel_not_found`; `http_502` where it said nothing. */
      readonly error: string;
      readonly status: number;
      /** Which part was wrong, if Slack says so. */
      readonly details: readonly string[];
      readonly retryAfterMs: number | undefined;
    };

/** Calls one method of the Web API. Rejects with CallFailed when there was no answer. */
export type SlackApi = (
  method: string,
  token: Secret,
  parameters: Readonly<Record<string, unknown>>,
  timeoutMs: number,
) => Promise<SlackAnswer>;

const AnswerSchema = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  response_metadata: z.object({ messages: z.array(z.string()).optional() }).optional(),
});
const SLACK = 'https://slack.com/api';
/** Methods that read no JSON. */
const FORM_METHODS: ReadonlySet<string> = new Set(['files.getUploadURLExternal']);

export function slackApi({ call, baseUrl = SLACK, now }: SlackApiOptions): SlackApi {
  return async (method, token, parameters, timeoutMs) => {
    const isForm = FORM_METHODS.has(method);
    const answer = await call({
      url: `${baseUrl}/${method}`,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token.reveal()}`,
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8',
      },
      body: isForm ? formOf(parameters) : JSON.stringify(parameters),
      timeoutMs,
    });
    return read(answer, now());
  };
}

function formOf(parameters: Readonly<Record<string, unknown>>): string {
  return new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

function read({ status, body, headers }: GuardedAnswer, now: number): SlackAnswer {
  const wait = retryAfterMs(headers['retry-after'], now);
  const parsed = AnswerSchema.safeParse(json(body));
  if (parsed.success && parsed.data.ok) return { ok: true, fields: parsed.data };
  const { error = `http_${status}`, response_metadata } = parsed.data ?? {};
  if (status === 200 && !parsed.success) throw new CallFailed('Slack answered no JSON', false);
  return {
    ok: false,
    error: error.slice(0, 100),
    status,
    details: response_metadata?.messages ?? [],
    retryAfterMs: wait,
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
