import { z } from 'zod';

/** What the api function reads of its environment wherever it runs. A way whose secret is not named is closed. */
export const LocalConfigSchema = z.object({
  /** `{"signingSecret":"…"}`: Slack's, for what is pressed in its messages. */
  SLACK_SIGNING_SECRET: z.string().optional(),
  /** `{"keys":["…"]}`: the one that notify-email signs links with. */
  LINK_KEYS_SECRET: z.string().optional(),
  /** `{"tokens":["…"]}`, 24 characters or more each: bearer tokens that may post points. */
  INGEST_TOKENS_SECRET: z.string().optional(),
});
export type LocalConfig = z.output<typeof LocalConfigSchema>;
