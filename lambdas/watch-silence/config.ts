import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';
import { RedisVariables } from '../../shared/adapters/redis/redis-variables';
import { SettingsVariables } from '../../shared/adapters/s3/settings-variables';
import { StoreVariables } from '../../shared/adapters/store-variables';
import { WatchVariables } from './watch-variables';

/** The environment of watch-silence as deployed: states and deadlines lie where detect-anomalies has them. */
export const ConfigSchema = z
  .object({
    /** Set by Lambda. */
    AWS_REGION: z.string(),
    ...RedisVariables,
    ...SettingsVariables,
    ...TelemetryVariables,
    ...WatchVariables,
    /** The stream of points, whose shards it knows by themselves. */
    STREAM_ARN: z.string(),
    /** The topic "anomalies". */
    TOPIC_ARN: z.string(),
  })
  .and(StoreVariables);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
