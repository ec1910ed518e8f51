import { z } from 'zod';
import { arrivalOf, sendingOfFault } from '../../shared/adapters/notify/call-sending';
import { withoutSecrets } from '../../shared/adapters/notify/without-secrets';
import type { SlackAnswer } from '../../shared/adapters/slack/slack-api';
import type { Secret } from '../../shared/alerting/channel-ports';
import type { Sending } from '../../shared/alerting/deliver';
import type { Claimed } from '../../shared/alerting/ports';
import type { Notification, NotificationReason } from '../../shared/domain/notification';
import { addChart } from './chart';
import { type SlackMessage, slackMessage, threadMessage } from './message';
import { countdown, type SlackClient } from './slack-client';

export interface Bot {
  readonly token: Secret;
  /** `#alerts` or an id. */
  readonly conversation: string;
  readonly secretName: string;
}

/** The first message of a group: Slack's id of the conversation, and the message's time, which is its id. */
const RootSchema = z.object({ channel: z.string(), ts: z.string() });
export type Root = z.output<typeof RootSchema>;

/** Told in the thread, and to the whole conversation as well: somebody has to act. */
const LOUD: ReadonlySet<NotificationReason> = new Set(['worse', 'escalated', 'repeat']);
/** Worth a picture. */
const WITH_CHART: ReadonlySet<NotificationReason> = new Set(['first', 'flapping', 'worse', 'escalated']);

/**
 * What a group tells from its beginning to its end is one message: what follows edits it to show how things are, and says what
 * changed in its thread; an acknowledgement edits alone. Editing can be repeated without harm, so it comes before the telling. A
 * message that somebody deleted is written anew. That a silence ends is a message of its own.
 */
export async function tellByBot(
  client: SlackClient,
  bot: Bot,
  notification: Notification,
  claimed: Claimed,
  withinMs: number,
): Promise<Sending> {
  const call = caller(client, bot, countdown(withinMs, client.now));
  const { begins, reason } = notification;
  const isNotice = reason === 'silence-ends';
  const root = begins || isNotice ? undefined : readRoot(claimed);
  const whole = slackMessage(notification, client);
  try {
    const edited = root && (await call('chat.update', { ...root, ...whole }));
    if (edited !== undefined && !edited.ok && !GONE.has(edited.error)) return failed(client, bot, edited);
    const thread = edited?.ok === true ? root : undefined;
    if (reason === 'acknowledged') return thread === undefined ? NOTHING_TO_EDIT : sent(thread);
    const told = await call('chat.postMessage', message(thread, bot, notification, whole));
    if (!told.ok) return failed(client, bot, told);
    const own = RootSchema.safeParse(told.fields);
    // What is said of a silence belongs to no incident: what follows edits the message before it.
    const newRoot = isNotice ? undefined : (thread ?? own.data);
    if (newRoot === undefined || !WITH_CHART.has(reason)) return sent(newRoot);
    return { ...sent(newRoot), afterwards: () => addChart(client, bot, newRoot, notification) };
  } catch (error) {
    return sendingOfFault(error);
  }
}

function sent(root: Root | undefined): Extract<Sending, { outcome: 'sent' }> {
  const reference = root === undefined ? {} : { reference: JSON.stringify(root) };
  return { outcome: 'sent', answer: { words: 'ok', status: 200, ...reference } };
}

const NOTHING_TO_EDIT: Sending = {
  outcome: 'left-out',
  words: 'an acknowledgement calls nobody, and no message is there to edit',
};

/** Editing is refused: the message is not there any more, or not to be edited by us. */
const GONE: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'channel_not_found',
]);

function message(thread: Root | undefined, bot: Bot, notification: Notification, whole: SlackMessage): object {
  const silent = { unfurl_links: false, unfurl_media: false };
  if (thread === undefined) return { channel: bot.conversation, ...silent, ...whole };
  const { channel, ts } = thread;
  const loud = LOUD.has(notification.reason) ? { reply_broadcast: true } : {};
  return { channel, thread_ts: ts, ...loud, ...silent, ...threadMessage(notification) };
}

function readRoot({ previous }: Claimed): Root | undefined {
  try {
    return RootSchema.safeParse(JSON.parse(previous?.reference ?? '')).data;
  } catch {
    return undefined;
  }
}

type Call = (method: string, parameters: object) => Promise<SlackAnswer>;

/** Calls in turn, and once more after the pause that Slack asks for as long as that fits into the time. */
function caller({ api, pace, pause }: SlackClient, { token, conversation }: Bot, left: () => number): Call {
  return async (method, parameters) => {
    for (;;) {
      const isPost = method === 'chat.postMessage';
      if (isPost && !(await pace.turn(conversation, left()))) return NO_TURN;
      const answer = await api(method, token, parameters as Record<string, unknown>, left());
      if (answer.ok || answer.status !== 429) return answer;
      const waitMs = answer.retryAfterMs ?? 1_000;
      if (waitMs >= left()) return { ...answer, retryAfterMs: waitMs };
      await pause(waitMs);
    }
  };
}

const NO_TURN: SlackAnswer = { ok: false, error: 'no_turn_in_time', status: 429, details: [], retryAfterMs: 1_000 };

/** Slack will say the same however often it is asked. */
const NEVER =
  /^(invalid_blocks|invalid_attachments|invalid_arg|invalid_array_arg|msg_blocks_too_long|msg_too_long|no_text|too_many_attachments|is_archived|cannot_reply_to_message)/;
/** The token is not accepted: it may have been changed. */
const TOKEN = /^(invalid_auth|not_authed|token_|account_inactive|missing_scope|no_permission)/;

function failed({ secrets }: SlackClient, bot: Bot, answer: SlackAnswer & { readonly ok: false }): Sending {
  const { error, status, details, retryAfterMs } = answer;
  const words = withoutSecrets([error, ...details].join('; '), [bot.token.reveal()]);
  if (TOKEN.test(error)) secrets.forget(bot.secretName);
  if (NEVER.test(error)) return { outcome: 'refused', answer: { words, status } };
  return {
    outcome: 'later',
    answer: { words, status, ...arrivalOf(status) },
    ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }),
  };
}
