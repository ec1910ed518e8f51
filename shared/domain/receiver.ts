import { z } from 'zod';

export const CHANNELS = ['slack', 'email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Name of a secret in Secrets Manager, or of one on this machine; never the secret. */
const SecretNameSchema = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[\w/+=.@-]+$/, 'must be the name of a secret: letters, digits and / _ + = . @ -');

const ReceiverNameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.-]+$/, 'must be letters, digits, dots, dashes and underscores');

const WebUrlSchema = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).max(2_000);

/**
 * Somebody's Slack. The secret holds JSON: either `{"botToken":"xoxb-…"}`, for which `to` names the conversation, or
 * `{"webhookUrl":"https://hooks.slack.com/…"}`, which knows its own.
 */
export const SlackReceiverSchema = z.strictObject({
  name: ReceiverNameSchema,
  channel: z.literal('slack'),
  secret: SecretNameSchema,
  /** A conversation: `#alerts` or its id. */
  to: z.string().min(1).max(100).optional(),
});

export const EmailReceiverSchema = z.strictObject({
  name: ReceiverNameSchema,
  channel: z.literal('email'),
  to: z.array(z.email()).min(1).max(50),
  /** Absent: the sender that the function is configured with. */
  from: z.email().optional(),
});

/** One of `url` and `urlSecret`: an address that is itself a secret is named, not written down. */
export const WebhookReceiverSchema = z.strictObject({
  name: ReceiverNameSchema,
  channel: z.literal('webhook'),
  url: WebUrlSchema.optional(),
  urlSecret: SecretNameSchema.optional(),
  /**
   * `standard`: signing keys of Standard Webhooks, `{"keys":["whsec_…","whsec_…"]}`; all of them sign, so that a key can be
   * changed without a gap. `pagerduty`: `{"routingKey":"…"}`.
   */
  secret: SecretNameSchema,
  template: z.enum(['standard', 'pagerduty']).default('standard'),
});

/** One address of a channel. Holds names of secrets and never a secret, so that it may stand in messages. */
export const ReceiverSchema = z
  .discriminatedUnion('channel', [SlackReceiverSchema, EmailReceiverSchema, WebhookReceiverSchema])
  .refine(hasOneAddress, { path: ['url'], error: 'a webhook needs either url or urlSecret' });
export type Receiver = z.output<typeof ReceiverSchema>;
export type SlackReceiver = z.output<typeof SlackReceiverSchema>;
export type EmailReceiver = z.output<typeof EmailReceiverSchema>;
export type WebhookReceiver = z.output<typeof WebhookReceiverSchema>;

function hasOneAddress(receiver: SlackReceiver | EmailReceiver | WebhookReceiver): boolean {
  if (receiver.channel !== 'webhook' || receiver.template === 'pagerduty') return true;
  return (receiver.url === undefined) !== (receiver.urlSecret === undefined);
}

export const SAMPLE_RECEIVERS = {
  slack: { name: 'berlin-slack', channel: 'slack', secret: 'tidewatch/slack', to: '#berlin-alerts' },
  email: { name: 'berlin-mail', channel: 'email', to: ['oncall@example.com'] },
  webhook: {
    name: 'ticket-system',
    channel: 'webhook',
    url: 'https://hooks.example.com/tidewatch',
    secret: 'tidewatch/webhook',
    template: 'standard',
  },
} as const satisfies Record<Channel, unknown>;
