import type { GuardedAnswer } from '../../shared/adapters/https/guarded-call';
import { arrivalOf, sendingOfFault } from '../../shared/adapters/notify/call-sending';
import { withoutSecrets } from '../../shared/adapters/notify/without-secrets';
import type { Sending } from '../../shared/alerting/deliver';
import { retryAfterMs } from '../../shared/alerting/retry-delay';
import type { Notification } from '../../shared/domain/notification';
import type { SlackReceiver } from '../../shared/domain/receiver';
import { slackMessage } from './message';
import { countdown, type SlackClient } from './slack-client';

/**
 * Posts to an incoming webhook, which knows its conversation. It can neither edit nor answer in a thread: every notification is a
 * message of its own.
 */
export async function postToWebhook(
  { call, pace, pause, now, buttons }: SlackClient,
  notification: Notification,
  { name }: SlackReceiver,
  url: string,
  withinMs: number,
): Promise<Sending> {
  if (notification.reason === 'acknowledged')
    return { outcome: 'left-out', words: 'an acknowledgement calls nobody, and an incoming webhook edits nothing' };
  const left = countdown(withinMs, now);
  const body = JSON.stringify(slackMessage(notification, { buttons }));
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  try {
    for (;;) {
      if (!(await pace.turn(name, left()))) return later('no turn in time: Slack takes a message a second');
      const answer = await call({ url, method: 'POST', headers, body, timeoutMs: left() });
      const sending = sendingOf(answer, url, now());
      if (answer.status !== 429 || sending.outcome !== 'later' || !((sending.afterMs ?? 1_000) < left()))
        return sending;
      await pause(sending.afterMs ?? 1_000);
    }
  } catch (error) {
    return sendingOfFault(error);
  }
}

function later(words: string): Sending {
  return { outcome: 'later', answer: { words }, afterMs: 1_000 };
}

/** Slack answers a word: `ok`, `invalid_blocks`, `no_service` … */
const NEVER = /^(invalid_|no_text|too_many_attachments|channel_is_archived|posting_to_general)/;
/** The address was taken back. */
const GONE = /^(no_service|no_team|team_disabled|user_not_found)/;

function sendingOf({ status, body, headers }: GuardedAnswer, url: string, now: number): Sending {
  const answer = { status, words: withoutSecrets(body, [url]) || `answered ${status} without a word` };
  if (status >= 200 && status < 300) return { outcome: 'sent', answer };
  if (status === 410 || (status === 404 && GONE.test(body)))
    return { outcome: 'refused', answer, disablesReceiver: true };
  if (status >= 400 && status < 500 && NEVER.test(body) && !/^invalid_token/.test(body))
    return { outcome: 'refused', answer };
  const afterMs = retryAfterMs(headers['retry-after'], now);
  return {
    outcome: 'later',
    answer: { ...answer, ...arrivalOf(status) },
    ...(afterMs === undefined ? {} : { afterMs }),
  };
}
