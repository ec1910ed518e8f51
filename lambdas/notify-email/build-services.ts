import type { Mailer } from '../../shared/adapters/mail/mailer';
import type { ChannelServices } from '../../shared/adapters/notify/deliver-messages';
import type { Charts, Secrets } from '../../shared/alerting/channel-ports';
import { sendMail } from './client';
import type { SendConfig } from './config';

/** What is made elsewhere: on AWS by deployedChannel. */
export type Handed = Omit<ChannelServices, 'send' | 'sendTimeoutMs'> & {
  readonly secrets: Secrets;
  readonly charts: Charts;
  readonly mailer: Mailer;
};

const HOUR_MS = 3_600_000;

/** The function's services but for what it is handed; tests hand it other things than AWS does. */
export function buildServices(config: SendConfig, handed: Handed): ChannelServices {
  const { secrets, charts, mailer, ...services } = handed;
  const { ACTION_URL: url, LINK_KEYS_SECRET: keysSecret, LINK_HOURS, MAIL_FROM: from, SEND_TIMEOUT_MS } = config;
  const actions =
    url === undefined || keysSecret === undefined ? undefined : { url, keysSecret, validMs: LINK_HOURS * HOUR_MS };
  const { now, observe } = services;
  const client = { mailer, charts, secrets, now, from, actions, problem: observe.problem };
  return { ...services, sendTimeoutMs: SEND_TIMEOUT_MS, send: sendMail(client) };
}
