import { z } from 'zod';
import { ChannelVariables } from '../../shared/adapters/notify/channel-variables';

/** What notify-email reads of its environment wherever it runs. */
export const LocalConfigSchema = z
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
export type LocalConfig = z.output<typeof LocalConfigSchema>;
