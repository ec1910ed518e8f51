import { z } from 'zod';
import { ChannelVariables } from '../../shared/adapters/notify/channel-variables';
import { ChartVariables, DeployedChannelVariables } from '../../shared/adapters/notify/deployed-channel';

/** What the environment says of sending. */
export const SendConfigSchema = z
  .object({
    ...ChannelVariables,
    /** Sender where a receiver names none. */
    MAIL_FROM: z.email().optional(),
    /** The page of the api function on which people act; absent: mails have no such link. */
    ACTION_URL: z.url({ protocol: /^https?$/ }).optional(),
    /** Name of the secret that signs such links: `{"keys":["…"]}`, 32 characters or more each. */
    LINK_KEYS_SECRET: z.string().optional(),
    /** For how long a link acts. */
    LINK_HOURS: z.coerce.number().min(0.1).max(720).default(72),
  })
  .refine(({ ACTION_URL, LINK_KEYS_SECRET }) => ACTION_URL === undefined || LINK_KEYS_SECRET !== undefined, {
    path: ['LINK_KEYS_SECRET'],
    error: 'is needed with ACTION_URL',
  });
export type SendConfig = z.output<typeof SendConfigSchema>;

/** The environment of notify-email as deployed. */
export const ConfigSchema = z.object({ ...DeployedChannelVariables, ...ChartVariables }).and(SendConfigSchema);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
