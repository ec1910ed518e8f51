import { z } from 'zod';

/** What the environment of a channel's function says wherever it runs. */
export const ChannelVariables = {
  /**
   * Hosts, with or without port, that may be called although they are private, and without TLS: separated by commas. Everything
   * else is called by HTTPS at public addresses alone.
   */
  ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((host) => host.trim().toLowerCase())
        .filter((host) => host !== ''),
    ),
  /** For one attempt to tell. */
  SEND_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(60_000).default(10_000),
} as const;
