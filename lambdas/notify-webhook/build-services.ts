import { openGuardedCall } from '../../shared/adapters/https/guarded-call';
import type { ChannelServices } from '../../shared/adapters/notify/deliver-messages';
import type { Secrets } from '../../shared/alerting/channel-ports';
import { sendWebhook } from './client';
import type { SendConfig } from './config';

/** What is made elsewhere: on AWS by deployedChannel. */
export type Handed = Omit<ChannelServices, 'send' | 'sendTimeoutMs'> & { readonly secrets: Secrets };

/** The function's services but for what it is handed; tests hand it other things than AWS does. */
export function buildServices(
  { ALLOWED_HOSTS, SEND_TIMEOUT_MS }: SendConfig,
  { secrets, ...handed }: Handed,
): ChannelServices {
  const call = openGuardedCall({ allowedHosts: ALLOWED_HOSTS });
  return { ...handed, sendTimeoutMs: SEND_TIMEOUT_MS, send: sendWebhook({ call, secrets, now: handed.now }) };
}
