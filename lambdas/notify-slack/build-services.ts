import { setTimeout as pause } from 'node:timers/promises';
import { openGuardedCall } from '../../shared/adapters/https/guarded-call';
import type { ChannelServices } from '../../shared/adapters/notify/deliver-messages';
import { openPace } from '../../shared/adapters/notify/pace';
import { slackApi } from '../../shared/adapters/slack/slack-api';
import type { Charts, Secrets } from '../../shared/alerting/channel-ports';
import { sendToSlack } from './client';
import type { SendConfig } from './config';

/** What is made elsewhere: on AWS by deployedChannel. */
export type Handed = Omit<ChannelServices, 'send' | 'sendTimeoutMs'> & {
  readonly secrets: Secrets;
  readonly charts: Charts;
  /** Absent: real time. */
  readonly pause?: (ms: number) => Promise<void>;
};

/** Slack takes a message a second in a conversation, from all that send there together. */
const EVERY_MS = 1_000;

/** The function's services but for what it is handed; tests hand it other things than AWS does. */
export function buildServices(config: SendConfig, handed: Handed): ChannelServices {
  const { secrets, charts, pause: wait = (ms: number) => pause(ms), ...services } = handed;
  const { now } = services;
  const call = openGuardedCall({ allowedHosts: config.ALLOWED_HOSTS });
  const api = slackApi({ call, now, ...(config.SLACK_API_URL === undefined ? {} : { baseUrl: config.SLACK_API_URL }) });
  const pace = openPace({ everyMs: config.SENDERS * EVERY_MS, now, pause: wait });
  const client = { call, api, secrets, charts, pace, pause: wait, now, buttons: config.SLACK_BUTTONS };
  return { ...services, sendTimeoutMs: config.SEND_TIMEOUT_MS, send: sendToSlack(client) };
}
