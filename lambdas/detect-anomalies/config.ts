import { z } from 'zod';
import { PriorVariable } from '../../shared/adapters/files/prior-file';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { RedisVariables } from '../../shared/adapters/redis/redis-variables';
import { SettingsVariables } from '../../shared/adapters/s3/settings-variables';
import { EndpointVariables } from '../../shared/adapters/sagemaker/endpoint-variables';
import { BudgetVariables } from '../../shared/adapters/state-variables';
import { StoreVariables } from '../../shared/adapters/store-variables';
import { WarmingVariables } from './warming/limits';

/** The environment of detect-anomalies as deployed. */
export const ConfigSchema = z
  .object({
    ...RedisVariables,
    ...EndpointVariables,
    ...SettingsVariables,
    ...PriorVariable,
    ...TelemetryVariables,
    /** The topic "anomalies". */
    TOPIC_ARN: z.string(),
    /** Bucket for records that cannot be used. */
    QUARANTINE_BUCKET: z.string(),
    /** Bucket for what vectors and scores look like, which drift is told by. */
    DISTRIBUTIONS_BUCKET: z.string(),
    ...WarmingVariables,
    ...BudgetVariables,
  })
  .and(StoreVariables);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
