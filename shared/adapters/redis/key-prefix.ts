import { z } from 'zod';

export const KEY_PREFIX = 'tidewatch';

/**
 * What all keys begin with, `REDIS_PREFIX` in a function's environment. Sources of one name are one source wherever the prefix is
 * the same: what is not to share states (another environment, a test beside what is live) needs a server or a prefix of its
 * own. It stands before the braces of a key, so it has no part in the key's slot.
 */
export const KeyPrefix = z
  .string()
  .max(64)
  .regex(/^[^{}\s]+$/, 'must hold no braces and no white space')
  .default(KEY_PREFIX);
