import { z } from 'zod';
import { EndpointVariables } from '../../shared/adapters/sagemaker/endpoint-variables';
import { SettingsVariable } from '../../shared/runtime/settings-variable';
import { RescoreVariables } from './rescore-variables';

/** What rescore-degraded is told on one machine. */
export const LocalConfigSchema = z.object({
  ...EndpointVariables,
  SETTINGS: SettingsVariable,
  ...RescoreVariables,
});
export type LocalConfig = z.output<typeof LocalConfigSchema>;
