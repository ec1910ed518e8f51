import type { Mailer } from '../../shared/adapters/mail/mailer';
import { type ChannelServices, deliverMessages } from '../../shared/adapters/notify/deliver-messages';
import type { Charts, Secrets } from '../../shared/alerting/channel-ports';
import { parseConfig } from '../../shared/runtime/config';
import { type SqsHandler, sqsHandler } from '../../shared/runtime/sqs';
import { sendMail } from './client';
import { type LocalConfig, LocalConfigSchema } from './local-config';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Omit<ChannelServices, 'send' | 'sendTimeoutMs'> & {
  readonly secrets: Secrets;
  readonly charts: Charts;
  readonly mailer: Mailer;
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

const HOUR_MS = 3_600_000;

export function buildServices(config: LocalConfig, handed: Handed): ChannelServices {
  const { secrets, charts, mailer, ...services } = handed;
  const { ACTION_URL: url, LINK_KEYS_SECRET: keysSecret, LINK_HOURS, MAIL_FROM: from, SEND_TIMEOUT_MS } = config;
  const actions =
    url === undefined || keysSecret === undefined ? undefined : { url, keysSecret, validMs: LINK_HOURS * HOUR_MS };
  const client = { mailer, charts, secrets, now: services.now, from, actions };
  return { ...services, sendTimeoutMs: SEND_TIMEOUT_MS, send: sendMail(client) };
}
