import { z } from 'zod';
import { ChannelVariables } from '../../shared/adapters/notify/channel-variables';
import { ChartVariables, DeployedChannelVariables } from '../../shared/adapters/notify/deployed-channel';

/** What the environment says of sending. */
export const SendConfigSchema = z.object({
  ...ChannelVariables,
  /** Where Slack's Web API is; Slack's own if absent. */
  SLACK_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** `on` once the Slack app sends what is pressed to the api function: until then messages have no buttons. */
  SLACK_BUTTONS: z
    .enum(['on', 'off'])
    .default('off')
    .transform((given) => given === 'on'),
  /** How many of this function send at once: they know nothing of each other, so each keeps to its share of Slack's pace. */
  SENDERS: z.coerce.number().int().min(1).max(100).default(1),
});
export type SendConfig = z.output<typeof SendConfigSchema>;

/** The environment of notify-slack as deployed. */
export const ConfigSchema = z.object({ ...DeployedChannelVariables, ...ChartVariables }).and(SendConfigSchema);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
