import { z } from 'zod';
import { ChannelVariables } from '../../shared/adapters/notify/channel-variables';

/** What notify-slack reads of its environment wherever it runs. */
export const LocalConfigSchema = z.object({
  ...ChannelVariables,
  /** Where Slack's Web API is; Slack's own if absent. */
  SLACK_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** `on` once the Slack app sends what is pressed to the api function: until then messages have no buttons. */
  SLACK_BUTTONS: z
    .enum(['on', 'off'])
    .default('off')
    .transform((given) => given === 'on'),
});
export type LocalConfig = z.output<typeof LocalConfigSchema>;
