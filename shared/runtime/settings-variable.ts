import { z } from 'zod';
import { DEFAULT_SETTINGS, SettingsSchema } from '../domain/settings';

/** An environment variable that holds the settings document as JSON; absent: defaults. */
export const SettingsVariable = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  })
  .pipe(SettingsSchema)
  .default(DEFAULT_SETTINGS);
