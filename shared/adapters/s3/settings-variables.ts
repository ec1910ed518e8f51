import { z } from 'zod';

/** What a deployed function's environment says of where the settings document is. */
export const SettingsVariables = {
  /** Holds `settings.json`; without that, defaults. */
  SETTINGS_BUCKET: z.string(),
} as const;
