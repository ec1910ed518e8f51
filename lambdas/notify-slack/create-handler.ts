import { setTimeout as pause } from 'node:timers/promises';
import { openGuardedCall } from '../../shared/adapters/https/guarded-call';
import { type ChannelServices, deliverMessages } from '../../shared/adapters/notify/deliver-messages';
import { openPace } from '../../shared/adapters/notify/pace';
import { slackApi } from '../../shared/adapters/slack/slack-api';
import type { Charts, Secrets } from '../../shared/alerting/channel-ports';
import { parseConfig } from '../../shared/runtime/config';
import { type SqsHandler, sqsHandler } from '../../shared/runtime/sqs';
import { sendToSlack } from './client';
import { type LocalConfig, LocalConfigSchema } from './local-config';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Omit<ChannelServices, 'send' | 'sendTimeoutMs'> & {
  readonly secrets: Secrets;
  readonly charts: Charts;
  /** Absent: real time. */
  readonly pause?: (ms: number) => Promise<void>;
};

/**
 * Environment in, handler out.
 *
 * @throws {ConfigError} naming what is wrong in the environment
 */
export function createHandler(env: NodeJS.ProcessEnv, handed: Handed): SqsHandler {
  const services = buildServices(parseConfig(LocalConfigSchema, env), handed);
  return sqsHandler(async () => services, deliverMessages);
}

/** Slack takes a message a second in a conversation. */
const EVERY_MS = 1_000;

export function buildServices(config: LocalConfig, handed: Handed): ChannelServices {
  const { secrets, charts, pause: wait = (ms: number) => pause(ms), ...services } = handed;
  const { now } = services;
  const call = openGuardedCall({ allowedHosts: config.ALLOWED_HOSTS });
  const api = slackApi({ call, now, ...(config.SLACK_API_URL === undefined ? {} : { baseUrl: config.SLACK_API_URL }) });
  const pace = openPace({ everyMs: EVERY_MS, now, pause: wait });
  const client = { call, api, secrets, charts, pace, pause: wait, now, buttons: config.SLACK_BUTTONS };
  return { ...services, sendTimeoutMs: config.SEND_TIMEOUT_MS, send: sendToSlack(client) };
}
