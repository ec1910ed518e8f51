import { z } from 'zod';
import { DeployedChannelVariables } from '../../shared/adapters/notify/deployed-channel';
import { LocalConfigSchema } from './local-config';

/** The environment of notify-webhook as deployed. */
export const ConfigSchema = z.object(DeployedChannelVariables).and(LocalConfigSchema);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
