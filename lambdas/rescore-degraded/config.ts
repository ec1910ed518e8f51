import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { SettingsVariables } from '../../shared/adapters/s3/settings-variables';
import { EndpointVariables } from '../../shared/adapters/sagemaker/endpoint-variables';
import { StoreVariables } from '../../shared/adapters/store-variables';
import { RescoreHours, RescoreVariables } from './rescore-variables';

/** The environment of rescore-degraded as deployed. */
export const ConfigSchema = z
  .object({
    ...EndpointVariables,
    ...SettingsVariables,
    ...TelemetryVariables,
    ...RescoreVariables,
    RESCORE_HOURS: RescoreHours,
    /** The topic "anomalies". */
    TOPIC_ARN: z.string(),
  })
  .and(StoreVariables);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
