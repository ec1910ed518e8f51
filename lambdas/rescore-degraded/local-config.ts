import { z } from 'zod';
import { EndpointVariables } from '../../shared/adapters/sagemaker/endpoint-variables';
import { SettingsVariable } from '../../shared/runtime/settings-variable';
import { RescoreHours, RescoreVariables } from './rescore-variables';

/** What rescore-degraded is told on one machine. */
export const LocalConfigSchema = z.object({
  ...EndpointVariables,
  SETTINGS: SettingsVariable,
  ...RescoreVariables,
  /** Absent: rows of any age, as those of a file. It runs when rows have been stored degraded, and not by a schedule. */
  RESCORE_HOURS: RescoreHours.optional(),
});
export type LocalConfig = z.output<typeof LocalConfigSchema>;
