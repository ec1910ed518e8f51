import { openGuardedCall } from '../../shared/adapters/https/guarded-call';
import { type ChannelServices, deliverMessages } from '../../shared/adapters/notify/deliver-messages';
import type { Secrets } from '../../shared/alerting/channel-ports';
import { parseConfig } from '../../shared/runtime/config';
import { type SqsHandler, sqsHandler } from '../../shared/runtime/sqs';
import { sendWebhook } from './client';
import { type LocalConfig, LocalConfigSchema } from './local-config';

/** What a runtime hands over instead of having it built from the environment. */
export type Handed = Omit<ChannelServices, 'send' | 'sendTimeoutMs'> & { readonly secrets: Secrets };

/**
 * Environment in, handler out.
 *
 * @throws {ConfigError} naming what is wrong in the environment
 */
export function createHandler(env: NodeJS.ProcessEnv, handed: Handed): SqsHandler {
  const services = buildServices(parseConfig(LocalConfigSchema, env), handed);
  return sqsHandler(async () => services, deliverMessages);
}

export function buildServices(
  { ALLOWED_HOSTS, SEND_TIMEOUT_MS }: LocalConfig,
  { secrets, ...handed }: Handed,
): ChannelServices {
  const call = openGuardedCall({ allowedHosts: ALLOWED_HOSTS });
  return { ...handed, sendTimeoutMs: SEND_TIMEOUT_MS, send: sendWebhook({ call, secrets, now: handed.now }) };
}
